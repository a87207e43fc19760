// Lints pieces of code as if they stood in the files that are named, with the project's own configuration: reads `[{ path, code }]` from
// standard input, and prints the rules that each one breaks. A process of its own, since ESLint loads its configuration by `import()`,
// which Jest's sandbox does not offer. Types are left out: the files do not exist.
import { text } from 'node:stream/consumers';
import process from 'node:process';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

const snippets = JSON.parse(await text(process.stdin));
const eslint = new ESLint({
  overrideConfig: [
    { files: ['**/*.ts'], ...tseslint.configs.disableTypeChecked },
    // It would read everything that a snippet leads to.
    { files: ['**/*.ts'], rules: { 'import-x/no-cycle': 'off' } },
  ],
});
const found = [];
for (const { path, code } of snippets) {
  const [result] = await eslint.lintText(code, { filePath: path });
  found.push({ path, rules: result.messages.map(({ ruleId, message }) => ruleId ?? message) });
}
process.stdout.write(JSON.stringify(found));
