import { Runtime } from '@temporalio/worker';
import { installRuntime } from '../../worker/install-runtime';
import { waitFor } from './wait-for';

// Nothing else of Temporal's was made here, whose end would end it.
afterAll(() => Runtime.instance().shutdown());

test('of what the SDK logs, everything is passed on but what is so on purpose', async () => {
  const lines: string[] = [];
  installRuntime({ level: 'WARN', onLine: (line) => lines.push(line) });
  const { logger } = Runtime.instance();
  logger.warn('No activities registered, not polling for activity tasks');
  logger.warn('No workflows registered, not polling for workflow tasks');
  logger.warn('something else');
  // The SDK gathers lines and hands them on together, in their order.
  await waitFor('the last line', () => lines.some((line) => line.includes('something else')));
  expect(lines).toEqual([expect.stringMatching(/ WARN {2}something else$/)]);
});
