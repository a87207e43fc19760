import { interpolate } from './interpolate';

const variables = { SET: 'value', EMPTY: '', OTHER: 'other' };

test.each([
  ['nothing', 'nothing'],
  ['a $SET b', 'a value b'],
  ['${SET}:${OTHER}', 'value:other'],
  ['$$SET and $${SET}', '$SET and ${SET}'],
  ['cost: 5$$', 'cost: 5$'],
  ['${NONE}|${NONE:-x}|${NONE-x}', '|x|x'],
  ['${EMPTY:-x}|${EMPTY-x}', 'x|'],
  ['${SET:-x}|${SET-x}', 'value|value'],
  ['${SET:+yes}|${EMPTY:+yes}|${EMPTY+yes}|${NONE+yes}', 'yes||yes|'],
  ['${NONE:-${SET}/in}', 'value/in'],
  ['${SET:?needed}', 'value'],
])('%s', (text, expected) => {
  expect(interpolate(text, variables)).toBe(expected);
});

test.each([
  ['${NONE:?set it}', 'NONE is needed: set it'],
  ['${EMPTY:?set it}', 'EMPTY is needed: set it'],
  ['${SET', 'a brace is not closed'],
  ['${1X}', 'no name of a variable'],
  ['5$ a day', 'neither a name'],
])('%s is refused', (text, expected) => {
  expect(() => interpolate(text, variables)).toThrow(expected);
});
