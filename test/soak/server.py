"""moto's server with queues that are fast enough for many messages.

For each received message, moto 5 counts its whole queue, and does date arithmetic for each
message that it counts: 60 ms per message among 700. This version omits the count and reads
the clock directly. The queues behave as before.
"""

import sys
import time

from moto.server import main
from moto.sqs import models


def kept(backend, queue_name, message):
    """Returns whether a message is younger than the retention period of its queue."""
    return backend.get_queue(queue_name).message_retention_period + message.sent_timestamp / 1000 > time.time()


models.unix_time = time.time
models.unix_time_millis = lambda: time.time() * 1000
models.SQSBackend.is_message_valid_based_on_retention_period = kept
sys.exit(main())
