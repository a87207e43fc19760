import { lastingPorts } from './lasting-ports';

test('they differ, and are such as PostgreSQL keeps in a smallint and no outgoing connection gets', async () => {
  const ports = await lastingPorts('127.0.0.1', 20);
  expect(new Set(ports).size).toBe(20);
  expect(Math.min(...ports)).toBeGreaterThanOrEqual(20_000);
  expect(Math.max(...ports)).toBeLessThanOrEqual(32_767);
});
