// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"strconv"
	"strings"
	"sync"
	"time"

	sim "github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// run is a task that goes by a plan.
type run struct {
	plan   *plan
	vm     *sim.VirtualMachine
	task   *sim.Task
	answer chan string // the key of a choice
	cancel chan bool
	mutex  sync.Mutex // of asked
	asked  *types.VirtualMachineQuestionInfo
}

// tasks are those that go by a plan and are under way.
type tasks struct {
	mutex     sync.Mutex
	byTask    map[types.ManagedObjectReference]*run
	byMachine map[types.ManagedObjectReference]*run
	questions int // ids given so far
	// Held while a property changes, and while a collector begins to watch: the
	// simulator would lose a change in between.
	changes sync.Mutex
}

func newTasks() *tasks {
	return &tasks{
		byTask:    map[types.ManagedObjectReference]*run{},
		byMachine: map[types.ManagedObjectReference]*run{},
		questions: 6,
	}
}

// change sets a property while no collector begins to watch.
func (t *tasks) change(object types.ManagedObjectReference, name string, value types.AnyType) {
	t.changes.Lock()
	defer t.changes.Unlock()
	set(sim.Map.Get(object), name, value)
}

// powerAfter is the state in which a task leaves its machine.
var powerAfter = map[string]types.VirtualMachinePowerState{
	"PowerOnVM_Task":  types.VirtualMachinePowerStatePoweredOn,
	"PowerOffVM_Task": types.VirtualMachinePowerStatePoweredOff,
	"SuspendVM_Task":  types.VirtualMachinePowerStateSuspended,
	"ResetVM_Task":    types.VirtualMachinePowerStatePoweredOn,
}

// preparePlans finds the machines, and starts what has been started already.
func (s *server) preparePlans() error {
	for _, p := range s.options.plans {
		vm, err := machineNamed(p.machine)
		if err != nil {
			return err
		}
		if p.method == "PowerOnVM_Task" {
			setPower(vm, types.VirtualMachinePowerStatePoweredOff)
		}
		if p.orphan {
			go s.askAlone(&run{plan: p, vm: vm, answer: make(chan string, 1)})
		}
		if p.pending {
			s.start(p, vm)
		}
	}
	return nil
}

// planned starts the task if there is a plan for it.
func (s *server) planned(c *call) *reply {
	for _, p := range s.options.plans {
		vm, ok := sim.Map.Get(c.this).(*sim.VirtualMachine)
		if !ok || p.method != c.name || vm.Name != escapeName(p.machine) {
			continue
		}
		if state := powerAfter[c.name]; state == vm.Runtime.PowerState && c.name != "ResetVM_Task" {
			return nil // the simulator's fault will do
		}
		task, busy := s.start(p, vm)
		if busy {
			return faultReply("The operation is not allowed: another task is in progress.",
				&types.TaskInProgress{Task: task})
		}
		return taskReply(c, task)
	}
	return nil
}

// taskReply answers with a task; all methods that start one do it alike.
func taskReply(c *call, task types.ManagedObjectReference) *reply {
	return answer(c, &struct {
		Returnval types.ManagedObjectReference `xml:"returnval"`
	}{task})
}

// newRun makes a task that has not begun, unless one of the machine is under way.
func (t *tasks) newRun(p *plan, vm *sim.VirtualMachine) (r *run, busy bool) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if other := t.byMachine[vm.Self]; other != nil && other.task != nil {
		return other, true
	}
	name := strings.TrimSuffix(p.method, "VM_Task")
	r = &run{plan: p, vm: vm, answer: make(chan string, 1), cancel: make(chan bool, 1)}
	r.task = sim.CreateTask(vm, strings.ToLower(name[:1])+name[1:], nil)
	r.task.Info.Name = p.method
	r.task.Info.Cancelable = p.cancelable
	r.task.Info.EntityName = vm.Name
	t.byTask[r.task.Self], t.byMachine[vm.Self] = r, r
	return r, false
}

// start begins a task as its plan says; busy: it is the one that is under way already.
func (s *server) start(p *plan, vm *sim.VirtualMachine) (task types.ManagedObjectReference, busy bool) {
	r, busy := s.tasks.newRun(p, vm)
	if busy {
		return r.task.Self, true
	}
	s.tasks.addRecent(vm, r.task.Self)
	s.tasks.change(r.task.Self, "info.state", types.TaskInfoStateRunning)
	s.tasks.change(r.task.Self, "info.startTime", time.Now())
	go s.follow(r)
	return r.task.Self, false
}

const recentMax = 10 // tasks that a machine remembers

// addRecent keeps a task in the machine's list of recent ones.
func (t *tasks) addRecent(vm *sim.VirtualMachine, task types.ManagedObjectReference) {
	t.changes.Lock()
	defer t.changes.Unlock()
	recent := append(append([]types.ManagedObjectReference(nil), vm.RecentTask...), task)
	if len(recent) > recentMax {
		recent = recent[len(recent)-recentMax:]
	}
	set(vm, "recentTask", recent)
}

// follow carries a plan out.
func (s *server) follow(r *run) {
	fault, message := s.work(r)
	s.tasks.mutex.Lock()
	delete(s.tasks.byTask, r.task.Self)
	delete(s.tasks.byMachine, r.vm.Self)
	s.tasks.mutex.Unlock()
	s.tasks.change(r.task.Self, "info.completeTime", time.Now())
	if fault == nil {
		if state, ok := powerAfter[r.plan.method]; ok {
			s.tasks.change(r.vm.Self, "runtime.powerState", state)
			s.tasks.change(r.vm.Self, "summary.runtime.powerState", state)
		}
		s.tasks.change(r.task.Self, "info.state", types.TaskInfoStateSuccess)
		return
	}
	s.tasks.change(r.task.Self, "info.error", types.LocalizedMethodFault{Fault: fault, LocalizedMessage: message})
	s.tasks.change(r.task.Self, "info.state", types.TaskInfoStateError)
}

// work returns the fault that ends the task, or nil.
func (s *server) work(r *run) (types.BaseMethodFault, string) {
	canceled := func() (types.BaseMethodFault, string) {
		s.tasks.change(r.task.Self, "info.cancelled", true)
		return &types.RequestCanceled{}, "The operation was canceled."
	}
	if !r.wait(r.plan.delay) {
		return canceled()
	}
	for i := 0; i < r.plan.questions; i++ {
		if !s.ask(r) {
			return canceled()
		}
	}
	const steps = 10
	for i := 1; i <= steps && r.plan.run > 0; i++ {
		if !r.wait(r.plan.run / steps) {
			return canceled()
		}
		s.tasks.change(r.task.Self, "info.progress", int32(i*100/steps))
	}
	if r.plan.fault == "" {
		return nil, ""
	}
	fault, _ := newFault(r.plan.fault) // was checked with the option
	return fault, r.plan.message
}

// wait returns false when the task is cancelled meanwhile.
func (r *run) wait(pause time.Duration) bool {
	if pause <= 0 {
		return true
	}
	select {
	case <-r.cancel:
		return false
	case <-time.After(pause):
		return true
	}
}

func (s *server) newQuestion(p *plan) *types.VirtualMachineQuestionInfo {
	s.tasks.mutex.Lock()
	s.tasks.questions++
	q := &types.VirtualMachineQuestionInfo{Id: strconv.Itoa(s.tasks.questions), Text: p.text}
	s.tasks.mutex.Unlock()
	for i, label := range p.choices {
		q.Choice.ChoiceInfo = append(q.Choice.ChoiceInfo, &types.ElementDescription{
			Description: types.Description{Label: label, Summary: label}, Key: strconv.Itoa(i),
		})
	}
	if p.hasChoice {
		q.Choice.DefaultIndex = int32(p.choice)
		if p.choice == 0 {
			q.Choice.DefaultIndex = zero
		}
	}
	return q
}

// ask asks, and returns false when the task is to be cancelled.
func (s *server) ask(r *run) bool {
	q := s.newQuestion(r.plan)
	r.setAsked(q)
	s.tasks.change(r.vm.Self, "runtime.question", q)
	var gone <-chan time.Time
	if r.plan.gone > 0 {
		gone = time.After(r.plan.gone)
	}
	key, goOn := "", true
	select {
	case <-r.cancel:
		goOn = false
	case key = <-r.answer:
	case <-gone:
	}
	r.setAsked(nil)
	s.tasks.change(r.vm.Self, "runtime.question", nil)
	if i, err := strconv.Atoi(key); err == nil && r.plan.choices[i] == "Cancel" {
		goOn = false
	}
	return goOn
}

func (r *run) setAsked(q *types.VirtualMachineQuestionInfo) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.asked = q
}

// askAlone is for a question without a task.
func (s *server) askAlone(r *run) {
	s.tasks.mutex.Lock()
	s.tasks.byMachine[r.vm.Self] = r
	s.tasks.mutex.Unlock()
	s.ask(r)
	s.tasks.mutex.Lock()
	delete(s.tasks.byMachine, r.vm.Self)
	s.tasks.mutex.Unlock()
}

// take hands an answer over if it fits the question.
func (r *run) take(id, key string) bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	index, err := strconv.Atoi(key)
	if r.asked == nil || r.asked.Id != id || err != nil || index < 0 || index >= len(r.plan.choices) {
		return false
	}
	r.asked = nil
	r.answer <- key
	return true
}

func (s *server) answerVM(q *request, c *call) *reply {
	body, err := c.decode()
	if err != nil {
		return invalidRequest(err.Error())
	}
	given := body.(*types.AnswerVM)
	s.tasks.mutex.Lock()
	r := s.tasks.byMachine[c.this]
	s.tasks.mutex.Unlock()
	if r == nil || !r.take(given.QuestionId, given.AnswerChoice) {
		return faultReply("A specified parameter was not correct: questionId",
			&types.InvalidArgument{InvalidProperty: "questionId"})
	}
	return answer(c, &types.AnswerVMResponse{})
}

func (s *server) cancelTask(q *request, c *call) *reply {
	s.tasks.mutex.Lock()
	r := s.tasks.byTask[c.this]
	s.tasks.mutex.Unlock()
	switch {
	case sim.Map.Get(c.this) == nil:
		return nil // the simulator's fault
	case r == nil:
		return faultReply("The task has ended.", &types.InvalidState{})
	case !r.plan.cancelable:
		return faultReply("The task can't be cancelled.", &types.NotSupported{})
	}
	if !r.plan.stubborn {
		select {
		case r.cancel <- true:
		default: // for the second time
		}
	}
	return answer(c, &types.CancelTaskResponse{})
}

// noteTask puts a task that the simulator has started on a machine's list.
func (s *server) noteTask(c *call, w *recorder) {
	vm, ok := sim.Map.Get(c.this).(*sim.VirtualMachine)
	if !ok || w.status != 200 || !strings.HasSuffix(c.name, "_Task") {
		return
	}
	if task := taskOf(w.body.Bytes()); task.Value != "" {
		s.tasks.addRecent(vm, task)
	}
}

// taskOf finds the task that a method has answered with.
func taskOf(data []byte) types.ManagedObjectReference {
	_, rest, _ := strings.Cut(string(data), `<returnval type="Task">`)
	id, _, _ := strings.Cut(rest, "<")
	return types.ManagedObjectReference{Type: "Task", Value: id}
}
