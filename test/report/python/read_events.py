"""Reads event files by TensorBoard's own reader: a folder on stdin, its scalars on stdout."""

import json
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

events = EventAccumulator(json.load(sys.stdin)["folder"], size_guidance={"scalars": 0})
events.Reload()
tags = events.Tags()["scalars"]
scalars = {tag: [[e.step, e.value, e.wall_time] for e in events.Scalars(tag)] for tag in tags}
json.dump({"scalars": scalars, "version": events.file_version}, sys.stdout)
