import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Event } from "../../../src/core/event.ts";
import { paperExecutor, type PaperIn } from "../../../src/streams/fills/paper_executor.ts";
import { book, ended, eventOf, fill, result, stopJournal } from "../../support/trading_events.ts";
import { cancel, limit, OPTIONS, order, paper, said } from "../../support/paper_stage.ts";

test("paperExecutor() cancels an open order once and says nothing of one that is not", () => {
  const log = paper({ latencyMs: 0 });
  log.turn(order(1, 1, limit("BUY", "3", "100")));
  log.turn(book(2, "99", "100", { askQty: "1" }));
  assert.equal(said(log.turn(cancel(3, 1))), ["P-1 CANCELED 1 CANCEL_REQUESTED"]);
  assert.equal(said(log.turn(cancel(4, 1))), []);
  assert.equal(said(log.turn(cancel(4, 77))), []);
  assert.equal(said(log.turn(book(5, "99", "100"))), []);
});

test("paperExecutor() ends all orders when the night ends, and takes none afterwards", () => {
  const log = paper({ latencyMs: 0 });
  log.turn(book(1, "99", "100"));
  log.turn(order(1, 1, limit("BUY", "1", "90")));
  log.turn(order(1, 2, { qty: "2" }));
  log.turn(order(1, 3, { ...limit("BUY", "1", "80"), symbol: "BBBUSDT" }));
  log.turn(book(2, "99", "100", { askQty: "0.5" }));
  log.turn(eventOf("lifecycle", 3, { what: "role_restarted", detail: "" }));
  assert.equal(said(log.turn(ended(4))), [
    "P-1 CANCELED 0 NIGHT_ENDED",
    "P-2 CANCELED 0.5 NIGHT_ENDED",
    "P-3 CANCELED 0 NIGHT_ENDED",
  ]);
  assert.equal(said(log.turn(book(5, "99", "100"))), []);
  assert.equal(said(log.turn(order(6, 4, {}))), ["#4 REJECTED 0 STOPPED"]);
});

test("paperExecutor() ends all orders at a stop", () => {
  const log = paper();
  log.turn(order(1, 1, limit("BUY", "1", "90")));
  assert.equal(said(log.turn(stopJournal(2))), ["P-1 CANCELED 0 STOPPED"]);
});

/** Runs single steps, so that a test decides what the log admits. */
function stepper(): (event: Event) => string[] {
  const machine = paperExecutor({ ...OPTIONS, latencyMs: 0 });
  let state = machine.initial();
  return (event) => {
    const [next, out] = machine.step(state, event as PaperIn);
    state = next;
    return said(out as unknown as readonly Event[]);
  };
}

test("paperExecutor() counts no fill that a stop kept out of the log", () => {
  const step = stepper();
  step(order(1, 1, limit("BUY", "2", "100")));
  step(result(1, 1, "ACCEPTED"));
  assert.equal(step(book(2, "99", "100", { askQty: "1" })), [
    "P-1 BUY 1 @ 100 taker fee 0.1",
    "P-1 PARTIAL 1",
  ]);
  assert.equal(step(stopJournal(2)), ["P-1 CANCELED 0 STOPPED"]);
});

test("paperExecutor() rejects an order whose acceptance a stop kept out of the log", () => {
  const step = stepper();
  step(order(1, 1, limit("BUY", "2", "100")));
  assert.equal(step(stopJournal(1)), ["#1 REJECTED 0 STOPPED"]);
});

test("paperExecutor() lets a cancel wait for the fill that it crosses", () => {
  const step = stepper();
  step(order(1, 1, limit("BUY", "2", "100")));
  step(result(1, 1, "ACCEPTED"));
  step(book(2, "99", "100", { askQty: "1" }));
  assert.equal(step(cancel(2, 1)), []);
  assert.equal(step(fill(2, 1)), ["P-1 CANCELED 1 CANCEL_REQUESTED"]);
  assert.throws(() => step(fill(2, 1)), /Order "20261121220000-1" is not open/);
});

test("paperExecutor() forgets a cancel that crosses the last fill", () => {
  const step = stepper();
  step(order(1, 1, limit("BUY", "1", "100")));
  step(result(1, 1, "ACCEPTED"));
  step(book(2, "99", "100"));
  assert.equal(step(cancel(2, 1)), []);
  assert.equal(step(fill(2, 1)), []);
});

test.run();
