import { workerTask } from './fleet/fleet-plan.ts';
import { runWorker } from './fleet/worker.ts';
import { answerCalls } from './measured-child.ts';

/** A process that stands for one audit function. */
answerCalls(async (argument) => runWorker(workerTask.parse(JSON.parse(argument))));
