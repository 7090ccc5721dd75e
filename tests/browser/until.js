// Waiting for a condition.

import { setTimeout as pause } from "node:timers/promises";

/** Asks again and again, for up to a minute, until what is hoped for is true; gives what was answered. */
export async function until(hope, ask) {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`Not within a minute: ${hope}`);
    await pause(50);
  }
}
