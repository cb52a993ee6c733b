"""moto's server with queues that are fast enough for many messages.

For each message that is received, moto 5 counts all of its queue, and for each that it
counts it does date arithmetic: 60 ms a message among 700. Here the count is left out and
the clock is read directly; what the queues do stays as it is.
"""

import sys
import time

from moto.server import main
from moto.sqs import models


def kept(backend, queue_name, message):
    """Whether a message is not older than its queue keeps messages."""
    return backend.get_queue(queue_name).message_retention_period + message.sent_timestamp / 1000 > time.time()


models.unix_time = time.time
models.unix_time_millis = lambda: time.time() * 1000
models.SQSBackend.is_message_valid_based_on_retention_period = kept
sys.exit(main())
