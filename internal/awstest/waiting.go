package awstest

// waiting holds the messages of a queue as a container/heap, with the one that can be
// received first in front.
type waiting []*message

func (w waiting) Len() int { return len(w) }

func (w waiting) Less(i, j int) bool {
	if !w[i].visible.Equal(w[j].visible) {
		return w[i].visible.Before(w[j].visible)
	}
	return w[i].sequence < w[j].sequence
}

func (w waiting) Swap(i, j int) {
	w[i], w[j] = w[j], w[i]
	w[i].index, w[j].index = i, j
}

// Push implements heap.Interface.
func (w *waiting) Push(x any) {
	m := x.(*message)
	m.index = len(*w)
	*w = append(*w, m)
}

// Pop implements heap.Interface.
func (w *waiting) Pop() any {
	list := *w
	last := list[len(list)-1]
	*w = list[:len(list)-1]
	last.index = -1
	return last
}
