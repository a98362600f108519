"""What the bench speaks with its programs: lines of JSON on the channel that Node opens for a child."""

import json
import os
import signal
import socket
import traceback


def answer_calls(calls, close=lambda: None):
    """Answers each call by the function of its name, one after another, until the parent closes the channel.

    :param calls: functions by name; each takes the call's input and returns its answer
    :param close: what to do before the end
    """
    # A Ctrl-C of the terminal reaches the children too; the parent ends them in its order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Children of this program must not speak on the channel.
    channel = socket.socket(fileno=int(os.environ.pop("NODE_CHANNEL_FD")))
    channel.setblocking(True)
    channel.set_inheritable(False)
    try:
        for line in channel.makefile("r", encoding="utf-8"):
            call = json.loads(line)
            try:
                answer = {"call": call["call"], "answer": calls[call["name"]](call["input"])}
            except Exception:
                answer = {"call": call["call"], "error": traceback.format_exc()}
            channel.sendall(json.dumps(answer).encode() + b"\n")
    finally:
        close()
