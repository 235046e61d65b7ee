"""Traces by OpenTelemetry, where `OTEL_EXPORTER_OTLP_ENDPOINT` is set; else none of it is imported.

A trace's id is the correlation id of its request, and the request's span is named by that id's
second half. So whatever the worker does for a request, it does in the request's trace and under the
request's span, and the outbox has to carry nothing that it did not carry before.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from config.environment import Environment
from events.context import current_context

LOWER_HALF = (1 << 64) - 1
# The two bits above these are the variant of a UUID and the same in all of them.
RANDOM_BITS = 62
SQL_CHARACTERS = 500
SEND_MILLISECONDS = 1000
KINDS = {"request": SpanKind.SERVER, "SQL": SpanKind.CLIENT, "provider": SpanKind.CLIENT}


class CorrelationIds(RandomIdGenerator):
    """Names traces by the correlation id of what is going on, and a request's span by its half."""

    def __init__(self) -> None:
        self.coming = threading.local()

    def name_next_span(self) -> None:
        self.coming.id = current_context().correlation_id.int & LOWER_HALF

    def generate_trace_id(self) -> int:
        return current_context().correlation_id.int

    def generate_span_id(self) -> int:
        named: int = getattr(self.coming, "id", 0)
        self.coming.id = 0
        return named or super().generate_span_id()


class Share(Sampler):
    """Keeps this share of all traces, and of each of them everything, in every process alike."""

    def __init__(self, ratio: float) -> None:
        self.bound = int(ratio * (1 << RANDOM_BITS))

    def should_sample(
        self, parent_context: Any, trace_id: int, *arguments: Any, **more: Any
    ) -> SamplingResult:
        kept = trace_id & ((1 << RANDOM_BITS) - 1) < self.bound
        return SamplingResult(Decision.RECORD_AND_SAMPLE if kept else Decision.DROP)

    def get_description(self) -> str:
        return "by correlation id"


class OpenTelemetry:
    """Makes the spans of `events.tracing`. Built after the fork: it sends from a thread."""

    def __init__(self, found: Environment) -> None:
        self.ids = CorrelationIds()
        self.provider = TracerProvider(
            resource=Resource.create({"service.name": found.otel_service_name}),
            id_generator=self.ids,
            sampler=Share(found.otel_traces_sampler_arg),
            shutdown_on_exit=False,
        )
        base = found.otel_exporter_otlp_endpoint.rstrip("/")
        exporter = OTLPSpanExporter(endpoint=f"{base}/v1/traces")
        self.provider.add_span_processor(
            BatchSpanProcessor(exporter, schedule_delay_millis=SEND_MILLISECONDS)
        )
        self.tracer = self.provider.get_tracer("counterfoil")

    @contextmanager
    def span(self, kind: str, attributes: dict[str, Any]) -> Iterator[Any]:
        if kind == "SQL" and not trace.get_current_span().get_span_context().is_valid:
            # The worker's looks at the log, several a second, belong to nothing.
            yield None
            return
        if kind == "request":
            self.ids.name_next_span()
        with self.tracer.start_as_current_span(
            name_of(kind, attributes),
            context=above(kind),
            kind=KINDS.get(kind, SpanKind.INTERNAL),
            attributes=described(kind, attributes),
            links=links(attributes.get("traceparent", "")),
            # What an error says may hold a name or an address; its kind does not.
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield span
            except BaseException as error:
                span.set_status(Status(StatusCode.ERROR, type(error).__name__))
                raise

    def flush(self) -> None:
        self.provider.force_flush()


def name_of(kind: str, attributes: dict[str, Any]) -> str:
    """Returns a span's name: few of them, so that like can be held against like."""
    match kind:
        case "SQL":
            return " ".join(str(attributes["sql"]).split(maxsplit=1)[:1]) or "SQL"
        case "command" | "effect":
            return f"{kind} {attributes[kind]}"
        case "provider":
            return f"{attributes['provider']} {attributes['operation']}"
        case _:
            return kind


def described(kind: str, attributes: dict[str, Any]) -> dict[str, Any]:
    """Returns attributes under their conventional names. Statements carry no values."""
    if kind == "SQL":
        text = " ".join(str(attributes["sql"]).split())[:SQL_CHARACTERS]
        return {"db.system.name": "postgresql", "db.query.text": text}
    return {
        f"counterfoil.{name}": value for name, value in attributes.items() if name != "traceparent"
    }


def above(kind: str) -> context.Context | None:
    """Returns under which span one begins: what the worker does, under the request that asked."""
    if kind != "effect":
        return None
    correlation_id = current_context().correlation_id.int
    asked = SpanContext(correlation_id, correlation_id & LOWER_HALF, is_remote=True)
    return trace.set_span_in_context(NonRecordingSpan(asked))


def links(traceparent: str) -> Sequence[trace.Link]:
    """Returns the span outside that asked: named, but never believed as an id of ours."""
    found = TraceContextTextMapPropagator().extract({"traceparent": traceparent})
    asking = trace.get_current_span(found).get_span_context()
    return [trace.Link(asking)] if asking.is_valid and traceparent else []
