import { expect, test } from 'vitest'
import { negotiate } from '../../src/prometheus/accept.ts'

const PROMETHEUS_3 =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2'

test.each([
  [undefined, 'text'],
  ['*/*', 'text'],
  ['text/plain', 'text'],
  ['text/html,application/xhtml+xml;q=0.9,*/*;q=0.8', 'text'],
  [PROMETHEUS_3, 'openmetrics'],
  ['application/openmetrics-text', 'openmetrics'],
  ['Application/OpenMetrics-Text; Version="1.0.0"; charset=utf-8', 'openmetrics'],
  ['application/openmetrics-text;version=0.0.1,text/plain;version=0.0.4;q=0.3', 'text'],
  ['application/openmetrics-text;q=0.2,text/plain;q=0.9', 'text'],
  ['application/openmetrics-text;q=0, */*', 'text'],
  ['application/openmetrics-text;q=0.5, text/*;q=0.4', 'openmetrics'],
  ['application/openmetrics-text;q=0.5, */*;q=0.9', 'text'],
  ['application/openmetrics-text;q=never', 'text'],
  ['application/json', 'text'],
  [',;,q=;', 'text'],
])('who accepts %s gets %s', (accept, form) => {
  expect(negotiate(accept)).toBe(form)
})
