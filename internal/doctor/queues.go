package doctor

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// queues is what doctor calls of SQS.
type queues interface {
	GetQueueAttributes(ctx context.Context, in *sqs.GetQueueAttributesInput, options ...func(*sqs.Options)) (*sqs.GetQueueAttributesOutput, error)
}

func (s Setup) queues(ctx context.Context, r *Report) {
	if s.QueueURL == "" && s.DeadLetterURL == "" {
		if s.Queued {
			r.fault("queue", "deploy the project's template.yaml again", "the stack has Delivery=Queued, but its outputs name no queue")
			return
		}
		r.ok("queue", "there is none: events are acted on at once (Delivery is AtOnce)")
		return
	}
	dead, deadOK := s.attributes(ctx, r, "dead letters", s.DeadLetterURL, "DEAD_LETTER_QUEUE_URL")
	if queue, ok := s.attributes(ctx, r, "queue", s.QueueURL, "QUEUE_URL"); ok {
		s.queue(r, queue, dead["QueueArn"])
	}
	if !deadOK {
		return
	}
	if n := count(dead); n > 0 {
		r.warn("dead letters", "untag dlq list says why; once the cause is gone, untag dlq redrive --all sends them again", "%d events could not be acted on and wait", n)
		return
	}
	r.ok("dead letters", "there are none")
}

// queue checks the queue, and that its messages end in the dead-letter queue.
func (s Setup) queue(r *Report, attributes map[string]string, deadARN string) {
	var redrive struct {
		Target string `json:"deadLetterTargetArn"`
	}
	_ = json.Unmarshal([]byte(attributes["RedrivePolicy"]), &redrive) // without one, there is no target
	switch {
	case redrive.Target == "":
		r.warn("queue", "set its redrive policy, as template.yaml does", "it has no dead-letter queue, so an event that cannot be acted on is lost when it expires")
	case deadARN != "" && redrive.Target != deadARN:
		r.warn("queue", "name the queue of its redrive policy in DEAD_LETTER_QUEUE_URL", "its dead-letter queue is another one than DEAD_LETTER_QUEUE_URL")
	default:
		r.ok("queue", "%d events wait in it", count(attributes))
	}
}

func count(attributes map[string]string) int {
	n, _ := strconv.Atoi(attributes[string(types.QueueAttributeNameApproximateNumberOfMessages)])
	return n
}

func (s Setup) attributes(ctx context.Context, r *Report, check, url, variable string) (map[string]string, bool) {
	if url == "" {
		r.warn(check, "name it in "+variable+", or use --stack", "it is not named, so it is not checked")
		return nil, false
	}
	if s.Queues == nil {
		r.fault(check, LogIn, "%s, so the queue cannot be checked", s.NoAWS)
		return nil, false
	}
	out, err := s.Queues.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll}})
	switch code := codeOf(err); {
	case err == nil:
		return out.Attributes, true
	case code == "AWS.SimpleQueueService.NonExistentQueue" || code == "QueueDoesNotExist":
		r.fault(check, "name the queue that is the output of the stack, in its region and account", "%s names a queue that does not exist", variable)
	case code == "AccessDenied" || code == "AccessDeniedException":
		r.fault(check, "grant sqs:GetQueueAttributes", "the queue may not be looked at")
	default:
		found, do := Problem(err, "sqs:GetQueueAttributes", "check the region and the URL")
		r.fault(check, do, "the queue cannot be looked at: %s", found)
	}
	return nil, false
}
