package main

import (
	"slices"
	"strings"
)

// perCall is how many records remove_tags takes at once.
const perCall = 100

// fewest is the number of calls without which no worker can have been through with what
// it was through with, batch by batch, had no call failed: records that lose one tag
// alone fill calls of their own, as no call may name a tag more than a record's rules
// do; and the rest need a call for each hundred that these leave no room for.
func fewest(l *load, batches [][]string) int {
	byName := make(map[string]sent)
	for _, s := range l.events {
		byName[s.name] = s
	}
	sum := 0
	for _, names := range batches {
		sum += fewestFor(needs(byName, names))
	}
	return sum
}

// needs are the tags that the events of one batch want off, by record. A record that is
// gone or forbidden costs a call as well.
func needs(byName map[string]sent, names []string) map[record][]string {
	list := make(map[record][]string)
	for _, name := range names {
		s := byName[name]
		at, tags := s.record, s.tags
		switch s.kind.name {
		case "gone":
			at.module, tags = "Contacts", []string{"Payment due"}
		case "forbidden":
			tags = []string{"New"}
		}
		for _, tag := range tags {
			if !slices.Contains(list[at], tag) {
				list[at] = append(list[at], tag)
			}
		}
	}
	return list
}

func fewestFor(list map[record][]string) int {
	type group struct{ module, tags string }
	alone, several := make(map[group]int), make(map[string]int)
	for at, tags := range list {
		if len(tags) == 1 {
			alone[group{at.module, tags[0]}]++
			continue
		}
		slices.Sort(tags)
		several[at.module+"\n"+strings.Join(tags, "\n")]++
	}
	sum := 0
	room := make(map[group]int)
	for g, n := range alone {
		calls := (n + perCall - 1) / perCall
		sum += calls
		room[g] = calls*perCall - n
	}
	for key, n := range several {
		parts := strings.Split(key, "\n")
		// A record fits in what is left only if each of its tags does.
		fits := n
		for _, tag := range parts[1:] {
			fits = min(fits, room[group{parts[0], tag}])
		}
		sum += (n - fits + perCall - 1) / perCall
	}
	return sum
}
