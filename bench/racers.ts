import type { Lab } from '../lab/lab.ts';
import { type ClusterReading, clusterReading, type Racer } from './cluster-reading.ts';
import { MeasuredChild } from './measured-child.ts';

/** Tidemark's reader of Kafka clusters. */
export function tidemarkRacer(): Racer {
  const child = new MeasuredChild('read-child.ts');
  return { round: (servers) => child.call(servers, clusterReading), end: () => child.end() };
}

/** Kafka's own AdminClient; see `lab/java/AdminClientReader.java`. */
export function adminClientRacer(lab: Lab): Racer {
  let answered: (line: string) => void = () => undefined;
  const tool = lab.startJavaTool({ mainClass: 'AdminClientReader', heapMb: 1_024, onLine: (line) => answered(line) });
  return {
    round: (servers) =>
      new Promise<ClusterReading>((resolve, reject) => {
        answered = (line) => resolve(clusterReading.parse(JSON.parse(line)));
        tool.exited.then(() => reject(new Error(`AdminClientReader ended\n${tool.tail()}`)));
        tool.send(servers);
      }),
    end: () => tool.stop(),
  };
}
