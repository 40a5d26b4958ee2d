#!/usr/bin/env python3
"""Writes articles.jsonl from the texts under src/; with --check, says whether it is up to date.

One line is one raw record to be produced: name, note (what a person should expect of it), key (optional), headers,
and value (text), value_base64 (bytes) or a value of null (a tombstone). Only the standard library is used.
"""

import base64
import json
import struct
import sys
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUTPUT = HERE / "articles.jsonl"

TEXT = {"content-type": "text/plain; charset=utf-8"}
HTML = {"content-type": "text/html; charset=utf-8"}
JSON = {"content-type": "application/json"}

CLINIC_URL = "https://akhbar-alwahat.example/health/2026/02/mobile-clinic"
HARVEST_URL = "https://delta-ledger.example/business/ebro-rice-harvest"
MANUSCRIPTS_URL = "https://minbar.example/culture/fes-manuscripts"
MARKET_URL = "http://albaydar.example/2026/zaytoun.htm"
BEES_URL = "https://harbourpost.example/city/rotterdam-bees"
TRAM_URL = "https://wire.example/items/2026/02/bordeaux-tram"
WRECK_COPY_URL = "https://bawabat-albahr.example/news/20418"

HARVEST_NEW_PARAGRAPH = (
    "<p>A second breach on Monday night widened the damage. Crews from Lleida and Valencia arrived with pumps on "
    "Tuesday, and the regional government opened a fund that pays growers 2,200 euros for each hectare that cannot be "
    "sown before June. Claims are checked against satellite images, a method used here for the first time.</p>\n"
)


def source(name: str) -> str:
    return (HERE / "src" / name).read_text(encoding="utf-8")


def replaced(text: str, *changes: tuple[str, str]) -> str:
    """Each old text must be there, so that an edit of a source can't silently undo a variant."""
    for old, new in changes:
        if old not in text:
            raise SystemExit(f"make.py: the source no longer holds {old!r}")
        text = text.replace(old, new)
    return text


def envelope(url: str, fetched_at: str, content: str, content_type: str, **more: object) -> str:
    fields = {"url": url, "fetched_at": fetched_at, "content": content, "content_type": content_type, **more}
    return json.dumps(fields, ensure_ascii=False)


def gzipped(data: bytes) -> bytes:
    """gzip with a header of our own: the library's header differs between Python versions."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = deflate.compress(data) + deflate.flush()
    header = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
    return header + body + struct.pack("<II", zlib.crc32(data), len(data))


def respelled(text: str) -> str:
    """The same words as another newsroom might type them: all of it vanishes when a text is normalised."""
    head, separator, labels = text.partition("كلمات دلالية")
    title, date, publisher, *body = head.split("\n")
    body_text = replaced(
        "\n".join(body),
        ("أكادير", "اكادير"),
        ("إلى", "الي"),
        ("الأولى", "الاولى"),
        ("أكدت", "أكّدت"),
        ("مراكش", "مراكـش"),
        (" من ", "  من "),
        ("عربة للمطعم", "عربه للمطعم"),
    )
    to_arabic_digits = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    title = replaced(title, ("أكادير", "اكادير"), ("قطار ليلي", "قطـار  ليلي"))
    return "\n".join([title, date, publisher, body_text.translate(to_arabic_digits)]) + separator + labels


def text(name: str, note: str, value: str, headers: dict[str, str], key: str | None = None) -> dict:
    keyed = {} if key is None else {"key": key}
    return {"name": name, "note": note, **keyed, "headers": headers, "value": value}


def binary(name: str, note: str, value: bytes, headers: dict[str, str], key: str | None = None) -> dict:
    keyed = {} if key is None else {"key": key}
    return {"name": name, "note": note, **keyed, "headers": headers, "value_base64": base64.b64encode(value).decode()}


def dumps_and_pages() -> list[dict]:
    clinic = source("clinic-ar.html")
    harvest = source("harvest-en.html")
    crawl = {"crawl": "2026-02-a", "tenant": "demo"}
    return [
        text("water-ar", "new: a text dump, with a whole related article kept apart", source("water-ar.txt"), TEXT),
        text("wreck-ar", "new: a text dump with a time of day", source("wreck-ar.txt"), TEXT),
        text("train-ar", "new: a text dump with its source above the text", source("train-ar.txt"), TEXT),
        text("football-ar", "new: a text dump with a Levantine month", source("football-ar.txt"), {}),
        text("weather-ar", "new: a text dump with a date in Arabic digits", source("weather-ar.txt"), TEXT),
        text("water-ar-again", "duplicate (exact): the first dump, byte for byte", source("water-ar.txt"), TEXT),
        text(
            "clinic-ar",
            "new: an Arabic page in an envelope",
            envelope(CLINIC_URL, "2026-02-09T09:00:12Z", clinic, "text/html; charset=utf-8", meta=crawl),
            JSON,
            CLINIC_URL,
        ),
        text(
            "manuscripts-ar",
            "new: a bare Arabic page, its address in a header",
            source("manuscripts-ar.html"),
            {**HTML, "url": MANUSCRIPTS_URL, "fetched-at": "2026-02-07T18:02:40Z"},
            MANUSCRIPTS_URL,
        ),
        binary(
            "market-ar",
            "new: an Arabic page in windows-1256",
            source("market-ar-1256.html").encode("cp1256"),
            {"content-type": "text/html", "url": MARKET_URL, "fetched-at": "2026-02-06T05:30:00Z"},
            MARKET_URL,
        ),
        text("ferry-en", "new: an English text dump", source("ferry-en.txt"), TEXT),
        text("library-en", "new: an English text dump, with a related article kept apart", source("library-en.txt"), TEXT),
        text(
            "harvest-en",
            "new: an English page in an envelope",
            envelope(HARVEST_URL, "2026-02-10T06:41:00Z", harvest, "text/html; charset=utf-8", meta=crawl),
            JSON,
            HARVEST_URL,
        ),
        text("telescope-en", "new: a bare English page that states its own address", source("observatory-en.html"), HTML),
        binary(
            "bees-en",
            "new: an English page, compressed with gzip",
            gzipped(source("bees-en.html").encode()),
            {**HTML, "content-encoding": "gzip", "url": BEES_URL, "fetched-at": "2026-02-11T09:20:00Z"},
            BEES_URL,
        ),
        text("tram-en", "new: a ninjs item from a wire", json.dumps(json.loads(source("tram-en.json"))), JSON, TRAM_URL),
    ]


def repeats() -> list[dict]:
    wreck_copy = replaced(
        source("wreck-ar.txt"),
        ("المصدر: شبكة ضفاف الإخبارية", "المصدر: بوابة البحر"),
        ("الثلاثاء 10 فبراير 2026 - 14:30", "11 فبراير 2026"),
    )
    clinic_refetched = replaced(source("clinic-ar.html"), ("شاحنة بيضاء طويلة أمام", "شاحنة بيضاء كبيرة أمام"))
    harvest_revised = replaced(
        source("harvest-en.html"),
        ("fall by 10 per cent", "fall by 14 per cent"),
        ("left 1,900 hectares", "left 2,700 hectares"),
        ("loss at 14 million euros", "loss at 19 million euros"),
        ("<p>Buyers have already reacted.", HARVEST_NEW_PARAGRAPH + "<p>Buyers have already reacted."),
        ('"datePublished":', '"dateModified":"2026-02-11T07:00:00+01:00","datePublished":'),
    )
    return [
        text(
            "wreck-ar-elsewhere",
            "duplicate (exact): the same text from another site",
            envelope(WRECK_COPY_URL, "2026-02-11T04:12:00Z", wreck_copy, "text/plain; charset=utf-8"),
            JSON,
            WRECK_COPY_URL,
        ),
        text(
            "train-ar-respelled",
            "duplicate (exact): the same words with other spelling, digits and spaces",
            respelled(source("train-ar.txt")),
            TEXT,
        ),
        text(
            "clinic-ar-refetched",
            "duplicate (refetch): the page fetched again, one word changed",
            envelope(CLINIC_URL, "2026-02-10T09:00:15Z", clinic_refetched, "text/html; charset=utf-8"),
            JSON,
            CLINIC_URL,
        ),
        text(
            "harvest-en-revised",
            "revision: the page fetched again, with new numbers and a new paragraph",
            envelope(HARVEST_URL, "2026-02-11T06:44:30Z", harvest_revised, "text/html; charset=utf-8"),
            JSON,
            HARVEST_URL,
        ),
    ]


def broken() -> list[dict]:
    cut = envelope(HARVEST_URL, "2026-02-10T06:41:00Z", source("harvest-en.html"), "text/html; charset=utf-8")[:700]
    bad_base64 = {
        "url": "https://harbourpost.example/city/lost",
        "fetched_at": "2026-02-11T09:25:00Z",
        "content_base64": "PGh0bWw+PGJvZHk+*** cut by a proxy ***",
        "content_type": "text/html",
    }
    pdf = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
    tombstone = {
        "name": "tombstone",
        "note": "rejected (tombstone): a null value",
        "key": BEES_URL,
        "headers": {},
        "value": None,
    }
    return [
        tombstone,
        text("empty", "rejected (empty_payload): a value without bytes", "", TEXT),
        text("json-cut", "rejected (json_broken): an envelope cut in the middle", cut, JSON, HARVEST_URL),
        text("base64-broken", "rejected (base64_broken): content that is not base64", json.dumps(bad_base64), JSON),
        binary("pdf", "rejected (pdf_unsupported): a PDF file", pdf, {}),
        text("feed", "rejected (feed_unsupported): an RSS feed", source("feed.xml"), {"content-type": "application/rss+xml"}),
        text("app-shell", "rejected (no_article): a page that holds only scripts", source("app-shell.html"), HTML),
        text("labels-only", "rejected (no_article): a text dump with labels and no text", source("labels-only-ar.txt"), TEXT),
    ]


def comparable(line: str) -> dict:
    """A record without what a zlib of another version may compress differently."""
    record = json.loads(line)
    if record["headers"].get("content-encoding") == "gzip":
        record["value_base64"] = zlib.decompress(base64.b64decode(record["value_base64"]), 31).hex()
    return record


def main() -> int:
    lines = [json.dumps(record, ensure_ascii=False) for record in dumps_and_pages() + repeats() + broken()]
    if "--check" not in sys.argv[1:]:
        OUTPUT.write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"{OUTPUT.name}: {len(lines)} records")
        return 0
    written = OUTPUT.read_text(encoding="utf-8").splitlines() if OUTPUT.exists() else []
    if list(map(comparable, written)) != list(map(comparable, lines)):
        print("samples/articles.jsonl is not what samples/make.py writes; run it and commit the result", file=sys.stderr)
        return 1
    print(f"{OUTPUT.name}: {len(lines)} records, up to date")
    return 0


if __name__ == "__main__":
    sys.exit(main())
