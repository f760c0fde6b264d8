import { answerCalls } from '../measured-child.ts';
import { workerTask } from './fleet-plan.ts';
import { runWorker } from './worker.ts';

/** A process that stands for one audit function. */
answerCalls(async (argument) => runWorker(workerTask.parse(JSON.parse(argument))));
