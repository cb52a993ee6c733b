package main

import (
	"slices"
	"strings"
)

// perCall is how many records remove_tags accepts in one call.
const perCall = 100

// fewest returns the smallest number of calls with which the workers could have finished
// what they finished, batch by batch, if no call had failed. Records that lose only one tag
// fill their own calls, because no call may name a tag that a record's rules do not name.
// The other records need a call for each hundred that find no room in those calls.
func fewest(l *load, batches [][]string) int {
	byName := make(map[string]sent)
	for _, s := range l.events {
		byName[s.name] = s
	}
	sum := 0
	for _, s := range l.events {
		if s.more != nil { // its rest becomes another message with the same name
			sum += (len(s.all()) + perCall - 1) / perCall
		}
	}
	for _, names := range batches {
		sum += fewestFor(needs(byName, names))
	}
	return sum
}

// needs returns the tags that the events of one batch remove, by record. A record that is
// gone or forbidden costs a call too.
func needs(byName map[string]sent, names []string) map[record][]string {
	list := make(map[record][]string)
	for _, name := range names {
		s := byName[name]
		at, tags := s.record, s.tags
		switch s.kind.name {
		case "many", "poisonous", "renamed":
			continue
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
		// A record fits into the room left only if each of its tags does.
		fits := n
		for _, tag := range parts[1:] {
			fits = min(fits, room[group{parts[0], tag}])
		}
		sum += (n - fits + perCall - 1) / perCall
	}
	return sum
}
