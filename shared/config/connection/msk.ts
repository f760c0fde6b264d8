/**
 * The AWS Region in the names of MSK brokers: `b-1.name.x.c2.kafka.eu-west-1.amazonaws.com:9098`,
 * `boot-x.c1.kafka-serverless.us-east-1.amazonaws.com:9098`, and `.amazonaws.com.cn` in China.
 */
export function awsRegionOf(bootstrapServers: readonly string[]): string | undefined {
  for (const server of bootstrapServers) {
    const region = /\.kafka(?:-serverless)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?(?::|$)/.exec(server)?.[1];
    if (region !== undefined) return region;
  }
  return undefined;
}
