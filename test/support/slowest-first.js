const Sequencer = require('@jest/test-sequencer').default;

/** Suites that start processes wait most; begun last, one of them would keep a whole run waiting. */
const FIRST = ['/test/e2e/truth-table/', '/test/e2e/', '/test/hostile/', '/test/workflows/'];

/** Without times of an earlier run jest goes by the size of the files, which tells nothing here. */
module.exports = class SlowestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const found = FIRST.findIndex((folder) => path.includes(folder));
      return found === -1 ? FIRST.length : found;
    };
    return [...super.sort(tests)].sort((one, other) => rank(one) - rank(other));
  }
};
