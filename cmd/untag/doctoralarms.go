package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"untag/internal/awsenv"
	"untag/internal/doctor"
)

// alarmsOf asks CloudWatch and SNS about alarms. CloudWatch is asked in its query protocol:
// the SDK's client speaks one that local servers, such as moto's, do not answer.
type alarmsOf struct {
	config aws.Config
	topic  *sns.Client
}

// Alarms returns the alarms with these names that exist.
func (a alarmsOf) Alarms(ctx context.Context, names []string) ([]doctor.Alarm, error) {
	query := url.Values{}
	for i, name := range names {
		query.Set("AlarmNames.member."+strconv.Itoa(i+1), name)
	}
	return a.describe(ctx, query)
}

// named returns the names of the alarms with a prefix, none if they cannot be listed.
func (a alarmsOf) named(ctx context.Context, prefix string) (names []string) {
	list, _ := a.describe(ctx, url.Values{"AlarmNamePrefix": {prefix}})
	for _, one := range list {
		names = append(names, one.Name)
	}
	return names
}

// mostAlarms bounds the alarms of an answer; a stack has a dozen.
const mostAlarms = 100

// describe lists alarms, see
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html.
func (a alarmsOf) describe(ctx context.Context, query url.Values) ([]doctor.Alarm, error) {
	query.Set("Action", "DescribeAlarms")
	query.Set("Version", "2010-08-01")
	query.Set("MaxRecords", strconv.Itoa(mostAlarms))
	body := query.Encode()
	address := "https://monitoring." + a.config.Region + ".amazonaws.com"
	if strings.HasPrefix(a.config.Region, "cn-") {
		address += ".cn"
	}
	if other := awsenv.Endpoint(os.Getenv, "CLOUDWATCH"); other != nil {
		address = *other
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(address, "/")+"/", strings.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("the address of CloudWatch: %w", err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	credentials, err := a.config.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(body))
	if err := v4.NewSigner().SignHTTP(ctx, credentials, request, hex.EncodeToString(sum[:]), "monitoring", a.config.Region, time.Now()); err != nil {
		return nil, err
	}
	response, err := a.config.HTTPClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	return readAlarms(response)
}

// readAlarms reads the answer of CloudWatch.
func readAlarms(response *http.Response) ([]doctor.Alarm, error) {
	const most = 8 << 20
	var answer struct {
		Code   string `xml:"Error>Code"`
		Alarms []struct {
			Name    string   `xml:"AlarmName"`
			State   string   `xml:"StateValue"`
			Enabled string   `xml:"ActionsEnabled"`
			Actions []string `xml:"AlarmActions>member"`
		} `xml:"DescribeAlarmsResult>MetricAlarms>member"`
	}
	err := xml.NewDecoder(io.LimitReader(response.Body, most)).Decode(&answer)
	if response.StatusCode != http.StatusOK || err != nil {
		return nil, fmt.Errorf("CloudWatch answered HTTP %d %s", response.StatusCode, answer.Code)
	}
	var list []doctor.Alarm
	for _, one := range answer.Alarms {
		list = append(list, doctor.Alarm{
			Name: one.Name, Firing: one.State == "ALARM", Enabled: !strings.EqualFold(one.Enabled, "false"), Notifies: one.Actions,
		})
	}
	return list, nil
}

// Subscribers counts the subscriptions of a topic.
func (a alarmsOf) Subscribers(ctx context.Context, topic string) (confirmed, pending int, err error) {
	for pages := sns.NewListSubscriptionsByTopicPaginator(a.topic, &sns.ListSubscriptionsByTopicInput{TopicArn: &topic}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return 0, 0, err
		}
		for _, one := range page.Subscriptions {
			if strings.HasPrefix(aws.ToString(one.SubscriptionArn), "arn:") {
				confirmed++
			} else {
				pending++
			}
		}
	}
	return confirmed, pending, nil
}
