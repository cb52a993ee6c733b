// Package metrics counts what the function does and writes the counts to its log in
// CloudWatch's embedded metric format, from which CloudWatch makes metrics: no call and no
// agent is needed. See
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html.
//
// Each value of a dimension makes a metric that costs money. So the names of the metrics and
// dimensions are fixed, and the values are limited: the reasons are those of a table, of the
// rules at most MaxRules have a value of their own, and of the codes only those that are
// known. No metric has an id, a tag or anything else of an event.
package metrics
