import type { Api } from './api.ts';
import { Once } from './once.ts';

export interface DescribeConfigsRequest {
  readonly topics: readonly string[];
}

export interface DescribedConfigs {
  readonly topic: string;
  readonly error: number;
  /** Values as Kafka prints them, without sensitive ones and entries that have no value. */
  readonly configs: ReadonlyMap<string, string>;
}

/** DescribeConfigs of topics. */
export const DESCRIBE_CONFIGS: Api<DescribeConfigsRequest, readonly DescribedConfigs[]> = {
  key: 32,
  name: 'DescribeConfigs',
  oldest: 1,
  newest: 4,
  flexibleFrom: 4,
  write(writer, { topics }, version) {
    writer.array(topics, (topic) => writer.int8(TOPIC).string(topic).nullArray().tags());
    writer.boolean(false); // include_synonyms
    if (version >= 3) writer.boolean(false); // include_documentation
    writer.tags();
  },
  read(reader, version) {
    reader.throttle();
    const once = new Once<string>();
    const results = reader.array((r) => {
      const error = r.int16();
      r.nullableString(); // error_message
      r.int8(); // resource_type
      const topic = r.name();
      once.see(topic);
      const configs = new Map<string, string>();
      r.skipArray(() => {
        const name = r.name();
        const value = r.nullableString();
        r.boolean(); // read_only
        r.int8(); // config_source
        const sensitive = r.boolean();
        r.skipArray(() => {
          r.string();
          r.nullableString();
          r.int8();
          r.tags();
        });
        if (version >= 3) {
          r.int8(); // config_type
          r.nullableString(); // documentation
        }
        r.tags();
        if (value !== null && !sensitive) configs.set(name, value);
      });
      r.tags();
      return { topic, error, configs };
    });
    reader.tags();
    return results;
  },
};

const TOPIC = 2;
