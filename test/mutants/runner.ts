/** Leaves out the tests that a mutation run learns nothing from: other processes know of no mutant, and speed is not its question. */
import { TestRunner, type RunnerTask, type RunnerTestFile } from "vitest";

const LEFT_OUT =
  /between (?:\d )?processes|two of the host's own|from one that died|was killed under|the process ends under|wait for one that lives, and say|disk is full|place that cannot be written|takes no more than a moment/;

function leaveOut(task: RunnerTask): void {
  if (LEFT_OUT.test(task.name)) task.mode = "skip";
  if (task.type === "suite") for (const one of task.tasks) leaveOut(one);
}

export default class MutantRunner extends TestRunner {
  onCollected(files: readonly RunnerTestFile[]): void {
    for (const file of files) leaveOut(file);
  }
}
