"""The pages that every problem's `type` points to."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from frontend.problems.catalogue import explanations


def problems(request: HttpRequest) -> HttpResponse:
    return render(request, "problems/problems.html", {"problems": explanations().values()})


def problem(request: HttpRequest, code: str) -> HttpResponse:
    explanation = explanations().get(code)
    if explanation is None:
        raise Http404(f"no problem is called {code}")
    return render(request, "problems/problem.html", {"problem": explanation})
