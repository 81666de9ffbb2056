"""Python's standard library: eight threads fetch, one process does the rest."""

import csv
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from http.client import HTTPConnection
from re import compile as pattern
from threading import local
from urllib.parse import urlsplit

with open("job.json", encoding="utf-8") as file:
    job = json.load(file)

FIELDS = job["fields"]
HEADERS = {"Authorization": f"Token {job['key']}"}
ENDPOINT = pattern(r"/v\d+/(listen|speak|read|agent)(?:[/?#]|$)")
LANGUAGE = pattern(r"[?&]language=([A-Za-z-]+)")
MICROSECOND = timedelta(microseconds=1)
connections = local()


def get(url):
    parts = urlsplit(url)
    if not hasattr(connections, "own"):
        connections.own = HTTPConnection(parts.netloc)
    connections.own.request("GET", f"{parts.path}?{parts.query}", headers=HEADERS)
    with connections.own.getresponse() as response:
        return response.read()


def strings(value):
    return [] if value == "" else value


def total(items, name):
    values = [item[name] for item in items if item.get(name) is not None]
    return sum(values) if values else None


def moment(text):
    if text is None or len(text) == 27:
        return text
    seconds, _, fraction = text[:-1].partition(".")
    return f"{seconds}.{fraction:0<6}Z"


def first(*values):
    return next((value for value in values if value not in (None, "")), None)


def flat(record, model_names, key_names):
    response = record.get("response") or {}
    details = response.get("details") or {}
    speech = response.get("tts_details") or {}
    segments = speech.get("speech_segments") or []
    tokens = response.get("token_details") or []
    callback = record.get("callback")
    callback = callback if isinstance(callback, dict) else {}
    config = details.get("config") or {}
    path = record["path"]

    models = details.get("models")
    if isinstance(models, str):
        models = models.split()
    if not models:
        models = list(dict.fromkeys(item["model"] for item in segments or tokens)) or models
    names = [model_names.get(model, model) for model in models] if models is not None else None

    created = moment(record["created"])
    completed = moment(response.get("completed"))
    code = first(response.get("code"), record.get("code"))
    audio = first(details.get("duration"), speech.get("duration"))
    cost = details.get("usd")
    characters = total(segments, "characters")
    tokens_in = total(tokens, "input")
    if code is not None and code >= 400:
        status = "error"
    elif code is not None and code < 300:
        status = "success"
    else:
        status = "unknown" if response else "lost"
    priced = (cost or 0) > 0 or not (audio or characters or tokens_in)
    endpoint = ENDPOINT.search(path)
    language = LANGUAGE.search(path)
    key = first(record.get("api_key_id"), record.get("accessor"))
    latency = None
    if completed is not None:
        latency = (datetime.fromisoformat(completed) - datetime.fromisoformat(created)) // MICROSECOND / 1000

    return [
        job["project"]["id"],
        job["project"]["name"],
        record["request_id"],
        created,
        completed,
        status,
        priced if status == "success" else status != "unknown",
        endpoint[1] if endpoint else "other",
        path.partition("?")[0],
        details.get("method"),
        first(record.get("deployment"), response.get("deployment")),
        code,
        response.get("message"),
        key,
        key_names.get(key),
        names[0] if names else None,
        models,
        names,
        first(config.get("language"), language[1] if language else None),
        first(details.get("tier"), segments[0].get("tier") if segments else None),
        strings(details.get("tags")),
        strings(details.get("features")),
        audio,
        details.get("total_audio"),
        details.get("channels"),
        details.get("streams"),
        cost,
        tokens_in,
        total(tokens, "output"),
        characters,
        latency,
        callback.get("code"),
        callback.get("attempts"),
        first(record.get("mip_opt_out"), config.get("mip_opt_out")),
        created[:10],
    ]


def main():
    models = json.loads(get(job["models"]))
    model_names = {model["uuid"]: model["canonical_name"] for model in models["stt"] + models["tts"]}
    keys = json.loads(get(job["keys"]))["api_keys"]
    key_names = {entry["api_key"]["api_key_id"]: entry["api_key"]["comment"] for entry in keys}

    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    with (
        open("requests.ndjson", "w", encoding="utf-8") as lines,
        open("requests.csv", "w", encoding="utf-8", newline="") as table,
        ThreadPoolExecutor(job["concurrency"]) as pool,
    ):
        writer = csv.writer(table)
        writer.writerow(FIELDS)
        for page in pool.map(get, job["pages"]):
            for record in json.loads(page)["requests"]:
                row = flat(record, model_names, key_names)
                lines.write(encode(dict(zip(FIELDS, row))) + "\n")
                writer.writerow(["|".join(cell) if isinstance(cell, list) else cell for cell in row])


main()
