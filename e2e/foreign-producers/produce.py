"""Writes job requests to their topic: produce.py BROKERS TOPIC < requests.json, as {key, headers, value} each."""

import json
import sys

from kafka import KafkaProducer

brokers, topic = sys.argv[1:]
producer = KafkaProducer(bootstrap_servers=brokers.split(","), acks="all")
written = [
    producer.send(
        topic,
        key=request["key"].encode(),
        value=request["value"].encode(),
        headers=[(name, value.encode()) for name, value in request["headers"].items()],
    )
    for request in json.load(sys.stdin)
]
for record in written:
    record.get(timeout=30)
producer.close()
