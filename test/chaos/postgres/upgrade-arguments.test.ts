import { upgrade } from '../../../client/cli/commands/upgrade';
import { parseArguments } from '../../../client/cli/parse-arguments';
import { readUpgrade } from '../../../client/cli/read-upgrade';
import { generateCases } from '../support/deployment-case';
import { upgradeArguments } from './upgrade-arguments';

test('what is typed for a generated request is read by the command as just that request', () => {
  for (const { input } of generateCases('arguments', 300)) {
    const asked = { ...input, environment: 'chaos' };
    const [command, ...args] = upgradeArguments(asked);
    expect(command).toBe('upgrade');
    const read = readUpgrade(parseArguments('upgrade', [...upgrade.options, JSON_OPTION], args), { USER: 'tester' });
    const { startFirst, ...overrides } = asked.overrides ?? {};
    expect(read).toEqual({
      ...{ sidekicks: {}, variables: {}, labels: {}, redeploy: false, hold: false },
      ...asked,
      // The flag can only be set; not to start first is the default.
      overrides: { ...overrides, ...(startFirst === true ? { startFirst } : {}) },
      author: read.author,
    });
  }
});

test('what there is no option for is refused', () => {
  const input = { environment: 'chaos', stack: 'a', service: 'b', image: 'c:1', overrides: { stallLimitMillis: 1 } };
  expect(() => upgradeArguments(input as never)).toThrow(/no option for stallLimitMillis/);
});

const JSON_OPTION = { name: 'json', kind: 'flag', help: '' } as const;
