// Starts Swagger UI from a file, because the shop's CSP allows no inline script.
const place = document.getElementById("api-docs")
const csrfCookie = /(?:^|;\s*)[^=;]*csrf[^=;]*=([^;]+)/

window.SwaggerUIBundle({
  url: place.dataset.openapi,
  domNode: place,
  layout: "BaseLayout",
  deepLinking: true,
  docExpansion: "list",
  validatorUrl: null,
  requestInterceptor: (request) => {
    const found = csrfCookie.exec(document.cookie)
    if (found) request.headers["X-CSRFToken"] = decodeURIComponent(found[1])
    return request
  },
})
