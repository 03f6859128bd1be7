"""The service with one endpoint more, which only parses a request and returns the same JSON: what a call costs without scoring."""

from __future__ import annotations

import json

from fastapi import FastAPI, Request, Response

from service.main import make_app as real_app


def make_app() -> FastAPI:
    """Return the service with `/bare`; its answer is what `/api/v1/score` said of the first letter it was shown."""
    app = real_app()
    answers: dict[int, object] = {}

    @app.post("/bare")
    async def bare(request: Request) -> Response:
        body = json.loads(await request.body())
        size = len(body["petitions"])
        if size not in answers:
            scoring = app.state.core.scoring
            from service.api.schemas import ScoreIn
            from service.api.score import _answer

            answers[size] = json.loads(_answer(scoring, ScoreIn(**body)))
        return Response(json.dumps(answers[size], ensure_ascii=False), media_type="application/json")

    return app
