import { expect, test } from '@jest/globals';
import { parseAddress, printAddress } from '../../../../../shared/adapters/kafka/connection/server-address.ts';

test.each([
  ['kafka-1.example:9092', { host: 'kafka-1.example', port: 9092 }],
  [' 10.0.0.1:9092 ', { host: '10.0.0.1', port: 9092 }],
  ['[2001:db8::1]:9093', { host: '2001:db8::1', port: 9093 }],
  ['SASL_SSL://b-1.msk:9098', { host: 'b-1.msk', port: 9098 }],
])('%s is an address', (text, address) => {
  expect(parseAddress(text)).toEqual(address);
  expect(parseAddress(printAddress(address))).toEqual(address);
});

test.each(['kafka', 'kafka:', ':9092', 'kafka:0', 'kafka:65536', 'kafka:9x', '2001:db8::1:9093', 'a b:1', ''])(
  '"%s" is none',
  (text) => {
    expect(parseAddress(text)).toBeNull();
  },
);
