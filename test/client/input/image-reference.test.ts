import { parseImageReference } from '../../../client/input/image-reference';

describe('an image reference', () => {
  const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

  test.each([
    ['example/web:2.4.1', 'example/web:2.4.1'],
    ['docker:example/web:2.4.1', 'example/web:2.4.1'],
    ['nginx:1.27-alpine', 'nginx:1.27-alpine'],
    ['registry.example.com:5000/team/web:2', 'registry.example.com:5000/team/web:2'],
    ['localhost:5000/web:2', 'localhost:5000/web:2'],
    ['localhost/web:2', 'localhost/web:2'],
    ['REGISTRY.example.com/web:2', 'REGISTRY.example.com/web:2'],
    ['[::1]:5000/web:2', '[::1]:5000/web:2'],
    [`example/web@${digest}`, `example/web@${digest}`],
    [`example/web:2@${digest}`, `example/web:2@${digest}`],
    ['a/b/c/d_e__f-g--h:V_1.x', 'a/b/c/d_e__f-g--h:V_1.x'],
    ['docker:docker:24', 'docker:docker:24'],
  ])('%s is taken as %s, without a warning', (text, reference) => {
    expect(parseImageReference(text)).toEqual({ ok: true, reference, warning: null });
  });

  test.each([
    ['example/web', 'has no tag'],
    ['registry.example.com:5000/web', 'has no tag'],
    ['example/web:latest', '"latest"'],
  ])('%s is taken with a warning: %s', (text, words) => {
    const parsed = parseImageReference(text);
    expect(parsed).toMatchObject({ ok: true, reference: text, warning: expect.stringContaining(words) as string });
  });

  test.each([
    ['', 'empty'],
    ['docker:', 'prefix'],
    ['Example/web:2', 'capital letters'],
    ['example/Web:2', 'capital letters'],
    ['registry.example.com/Team/web:2', 'capital letters'],
    ['example/web:', 'tag is empty'],
    ['example/web: 2', 'white space'],
    ['example/web:2 ', 'white space'],
    ['example//web:2', 'empty part'],
    ['/web:2', 'empty part'],
    ['example/web/:2', 'empty part'],
    ['example/web:2:3', 'impossible part'],
    ['example/web:-2', 'impossible tag'],
    [`example/web:${'x'.repeat(129)}`, 'impossible tag'],
    ['example/web@sha256:abc', 'digest'],
    ['example/web@', 'digest'],
    ['https://registry.example.com/web:2', 'URL'],
    ['registry.example.com:port/web:2', 'no host name'],
    ['example/-web:2', 'impossible part'],
    ['example/web$:2', 'impossible part'],
  ])('%j is refused: %s', (text, words) => {
    expect(parseImageReference(text)).toMatchObject({ ok: false, problem: expect.stringContaining(words) as string });
  });
});
