package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Alarm is an alarm of CloudWatch.
type Alarm struct {
	Name string
	// Firing says that it is in the state ALARM, Enabled that its actions are.
	Firing, Enabled bool
	// Notifies are the ARNs of what it notifies.
	Notifies []string
}

// alarms is what doctor asks CloudWatch and SNS.
type alarms interface {
	// Alarms returns the alarms with these names that exist.
	Alarms(ctx context.Context, names []string) ([]Alarm, error)
	// Subscribers returns how many subscriptions of a topic are confirmed, and how many wait
	// for their confirmation.
	Subscribers(ctx context.Context, topic string) (confirmed, pending int, err error)
}

func (s Setup) alarms(ctx context.Context, r *Report) {
	const check = "alarms"
	switch {
	case s.Alarms == nil:
		if s.AlarmTopic != "" {
			r.fault(check, LogIn, "%s, so the topic cannot be checked", s.NoAWS)
		}
		return
	case len(s.AlarmNames) == 0:
		if s.Stack {
			r.warn(check, "deploy the project's template.yaml", "the stack has none, so nobody learns that something is wrong")
		}
		if s.AlarmTopic != "" {
			s.topics(ctx, r, []string{s.AlarmTopic})
		}
		return
	}
	list, err := s.Alarms.Alarms(ctx, s.AlarmNames)
	if err != nil {
		found, do := Problem(err, "cloudwatch:DescribeAlarms", "grant cloudwatch:DescribeAlarms")
		r.warn(check, do, "they cannot be looked at: %s", found)
		return
	}
	var topics, silent, gone []string
	for _, name := range s.AlarmNames {
		if !slices.ContainsFunc(list, func(a Alarm) bool { return a.Name == name }) {
			gone = append(gone, name)
		}
	}
	for _, a := range list {
		if a.Firing {
			r.warn(check, "docs/operate.md says what it means and what to do", "%s is going off", a.Name)
		}
		if len(a.Notifies) == 0 || !a.Enabled {
			silent = append(silent, a.Name)
		}
		topics = append(topics, a.Notifies...)
	}
	if len(gone) > 0 {
		r.fault(check, "deploy the stack again", "missing: %s", strings.Join(gone, ", "))
	}
	if len(silent) > 0 {
		r.fault(check, "deploy with AlarmEmail or AlarmTopicArn, and see that their actions are enabled", "%s without anybody to notify: %s", plural(len(silent), "alarm"), strings.Join(silent, ", "))
	}
	slices.Sort(topics)
	s.topics(ctx, r, slices.Compact(topics))
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// topics checks that somebody gets what the alarms send.
func (s Setup) topics(ctx context.Context, r *Report, topics []string) {
	const check = "alarms"
	for _, topic := range topics {
		if !strings.Contains(topic, ":sns:") {
			r.ok(check, "they notify %s", topic)
			continue
		}
		confirmed, pending, err := s.Alarms.Subscribers(ctx, topic)
		switch {
		case err != nil && codeOf(err) == "NotFound" || codeOf(err) == "NotFoundException":
			r.fault(check, "deploy with another AlarmTopicArn, or without it", "the topic %s does not exist", topic)
		case err != nil:
			found, do := Problem(err, "sns:ListSubscriptionsByTopic", "check the ARN of the topic")
			r.warn(check, do, "the subscribers of %s cannot be listed: %s", topic, found)
		case confirmed == 0 && pending > 0:
			r.fault(check, "confirm the subscription with the link in the e-mail of AWS Notifications", "nobody has confirmed a subscription of %s, so nobody is notified", topic)
		case confirmed == 0:
			r.fault(check, "subscribe an address: deploy with AlarmEmail", "the topic %s has no subscriber, so nobody is notified", topic)
		default:
			r.ok(check, "they notify %s of %s", plural(confirmed, "subscriber"), topic)
		}
	}
}
