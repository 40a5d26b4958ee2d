"""Produces the records of samples/articles.jsonl to a raw topic, in order.

Environment: FEED_BOOTSTRAP_SERVERS, FEED_TOPIC, FEED_FILE, FEED_ROUNDS (0: without end), FEED_PAUSE_MS (after each
record: a repeat should meet an original that has been claimed, also where both lie in different partitions).
"""

import base64
import json
import os
import sys
import time

from confluent_kafka import KafkaException, Producer

FLUSH_SECONDS = 30


def raw_value(record: dict) -> bytes | None:
    if "value_base64" in record:
        return base64.b64decode(record["value_base64"], validate=True)
    return None if record["value"] is None else record["value"].encode()


def deliver(producer: Producer, topic: str, record: dict) -> None:
    """Returns when the brokers have the record."""
    failures = []
    producer.produce(
        topic,
        key=record.get("key"),
        value=raw_value(record),
        headers=[(name, value.encode()) for name, value in record["headers"].items()],
        on_delivery=lambda error, _: failures.append(error) if error else None,
    )
    if producer.flush(FLUSH_SECONDS) > 0:
        raise TimeoutError(f"no answer from the brokers within {FLUSH_SECONDS} s")
    if failures:
        raise KafkaException(failures[0])


def main() -> int:
    topic = os.environ.get("FEED_TOPIC", "articles.raw")
    rounds = int(os.environ.get("FEED_ROUNDS", "1"))
    pause_seconds = int(os.environ.get("FEED_PAUSE_MS", "300")) / 1000
    with open(os.environ.get("FEED_FILE", "/samples/articles.jsonl"), encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    producer = Producer(
        {
            "bootstrap.servers": os.environ.get("FEED_BOOTSTRAP_SERVERS", "localhost:9094"),
            "enable.idempotence": True,
            "linger.ms": 0,
            "reconnect.backoff.ms": 1000,
        }
    )
    done = 0
    while rounds == 0 or done < rounds:
        for record in records:
            deliver(producer, topic, record)
            print(f"{record['name']}: {record['note']}")
            time.sleep(pause_seconds)
        done += 1
        print(f"round {done}: {len(records)} records produced to {topic}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
