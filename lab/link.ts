import type { LabProxy } from './proxy.ts';

/** Several proxies that fail together: the network path to a broker or to a cluster. */
export class LabLink {
  readonly proxies: readonly LabProxy[];

  constructor(proxies: readonly LabProxy[]) {
    this.proxies = proxies;
  }

  delay(ms: number): void {
    for (const proxy of this.proxies) proxy.delay(ms);
  }

  throttle(bytesPerSecond: number): void {
    for (const proxy of this.proxies) proxy.throttle(bytesPerSecond);
  }

  hang(): void {
    for (const proxy of this.proxies) proxy.hang();
  }

  hangAfter(answerBytes: number): void {
    for (const proxy of this.proxies) proxy.hangAfter(answerBytes);
  }

  cutAfter(answerBytes: number): void {
    for (const proxy of this.proxies) proxy.cutAfter(answerBytes);
  }

  reset(): void {
    for (const proxy of this.proxies) proxy.reset();
  }

  async cut(): Promise<void> {
    await Promise.all(this.proxies.map((proxy) => proxy.cut()));
  }

  async heal(): Promise<void> {
    await Promise.all(this.proxies.map((proxy) => proxy.heal()));
  }

  async close(): Promise<void> {
    await Promise.all(this.proxies.map((proxy) => proxy.close()));
  }
}
