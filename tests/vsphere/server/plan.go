// SPDX-License-Identifier: LGPL-2.1-or-later

package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// plan says how a machine's task goes: questions first, then work, then the end.
type plan struct {
	machine, method string
	delay           time.Duration // until the first question
	questions       int
	text            string
	choices         []string
	choice          int // index of the default
	hasChoice       bool
	gone            time.Duration // another client answers after that time
	run             time.Duration
	fault, message  string
	cancelable      bool
	stubborn        bool // takes CancelTask, and goes on
	pending         bool // the task runs from the beginning
	orphan          bool // the question is there from the beginning, without a task
}

const taskUsage = "`MACHINE[,KEY[=VALUE]]...`: how a task of this machine goes; starting with PowerOnVM_Task it is powered off. Keys:\n" +
	"on=METHOD: the task [PowerOnVM_Task]\n" +
	"ask[=COUNT]: it asks one question, or so many, one after another\n" +
	"delay=TIME: until the first question\n" +
	"choices=A|B: labels of the choices, which have the keys 0, 1, ...; Cancel cancels the task [Replace|Append|Cancel]\n" +
	"default=INDEX: the default choice, also 0 or one that does not exist; none [1]\n" +
	"gone=TIME: then another client answers\n" +
	"run=TIME: it takes so long after that, with progress\n" +
	"fail=FAULT: it fails with this fault, as InvalidState\n" +
	"message=TEXT: the fault's text, to the next comma\n" +
	"cancelable: it can be cancelled\n" +
	"stubborn: it takes the wish to be cancelled, and goes on\n" +
	"pending: it has been started by another client already\n" +
	"orphan: the question is there, but no task\n" +
	"text=TEXT: the question; last, as it may hold commas"

// planKeys sets what the keys stand for.
var planKeys = map[string]func(*plan, string) error{
	"on":         func(p *plan, v string) error { p.method = v; return nil },
	"ask":        func(p *plan, v string) error { return parseCount(v, &p.questions) },
	"delay":      func(p *plan, v string) error { return parseTime(v, &p.delay) },
	"choices":    func(p *plan, v string) error { p.choices = splitChoices(v); return nil },
	"default":    (*plan).setDefault,
	"gone":       func(p *plan, v string) error { return parseTime(v, &p.gone) },
	"run":        func(p *plan, v string) error { return parseTime(v, &p.run) },
	"fail":       (*plan).setFault,
	"message":    func(p *plan, v string) error { p.message = v; return nil },
	"cancelable": func(p *plan, v string) error { p.cancelable = true; return nil },
	"stubborn":   func(p *plan, v string) error { p.cancelable, p.stubborn = true, true; return nil },
	"pending":    func(p *plan, v string) error { p.pending = true; return nil },
	"orphan":     func(p *plan, v string) error { p.orphan = true; return parseCount("", &p.questions) },
}

func parseCount(text string, ret *int) (err error) {
	*ret = 1
	if text != "" {
		*ret, err = strconv.Atoi(text)
	}
	return err
}

func parseTime(text string, ret *time.Duration) (err error) {
	*ret, err = time.ParseDuration(text)
	return err
}

func splitChoices(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "|")
}

func (p *plan) setDefault(value string) (err error) {
	p.hasChoice = value != "none"
	if p.hasChoice {
		p.choice, err = strconv.Atoi(value)
	}
	return err
}

func (p *plan) setFault(value string) error {
	p.fault = value
	_, err := newFault(value)
	return err
}

func (o *options) addPlan(value string) error {
	p := &plan{
		method: "PowerOnVM_Task", choices: []string{"Replace", "Append", "Cancel"},
		choice: 1, hasChoice: true,
		text: "msg.serial.file.open:Replace the file or append to it?",
	}
	value, text, found := strings.Cut(value, ",text=")
	if found {
		p.text = text
	}
	words := strings.Split(value, ",")
	p.machine = words[0]
	for _, word := range words[1:] {
		key, argument, _ := strings.Cut(word, "=")
		setter := planKeys[key]
		if setter == nil {
			return fmt.Errorf("%q is no key", key)
		}
		if err := setter(p, argument); err != nil {
			return err
		}
	}
	o.plans = append(o.plans, p)
	return nil
}
