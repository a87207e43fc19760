import { InvalidChangeError } from '../../rancher/errors/invalid-change-error';
import { parseImageReference, sameImage, toImageUuid } from '../../rancher/launch-config';

const DIGEST = `sha256:${'0a'.repeat(32)}`;

describe('an image reference', () => {
  it.each([
    ['app', { repository: 'app' }],
    ['app:1.2', { repository: 'app', tag: '1.2' }],
    ['docker:app:1', { repository: 'app', tag: '1' }],
    ['sim:app:1', { repository: 'app', tag: '1' }],
    ['team/app', { repository: 'team/app' }],
    ['team/sub/app:x', { repository: 'team/sub/app', tag: 'x' }],
    ['localhost/app', { registry: 'localhost', repository: 'app' }],
    ['registry:5000/app', { registry: 'registry:5000', repository: 'app' }],
    ['registry:5000/app:1.1.0', { registry: 'registry:5000', repository: 'app', tag: '1.1.0' }],
    [
      'docker:registry.example.com:5000/team/app:1',
      { registry: 'registry.example.com:5000', repository: 'team/app', tag: '1' },
    ],
    ['[::1]:5000/app:1', { registry: '[::1]:5000', repository: 'app', tag: '1' }],
    [`app@${DIGEST}`, { repository: 'app', digest: DIGEST }],
    [`r.io:443/a/b:1_x-Y.z@${DIGEST}`, { registry: 'r.io:443', repository: 'a/b', tag: '1_x-Y.z', digest: DIGEST }],
    ['a_b/c__d/e---f.g', { repository: 'a_b/c__d/e---f.g' }],
  ])('%s is taken apart', (text, parts) => {
    expect(parseImageReference(text)).toEqual(parts);
  });

  it.each([
    ['', /it is empty/],
    ['docker:', /nothing stands after "docker:"/],
    ['docker:docker:app:1', /"docker:" twice/],
    ['app :1', /white space/],
    ['https://registry/app:1', /no ":\/\/"/],
    ['App:1', /"App" must be in lower case/],
    ['team/-app', /"-app" is not allowed/],
    ['team//app', /a part of its path is empty/],
    ['/app', /a part of its path is empty/],
    [':1', /the name is missing|part of its path is empty/],
    ['app:', /the tag after ":" is empty/],
    ['app:1:2', /"1:2" is no tag/],
    [`app:${'x'.repeat(129)}`, /is no tag/],
    ['app@sha256:12', /is no digest/],
    ['app@', /is no digest/],
    [`app@sha256:${'A'.repeat(64)}`, /lower case/],
    ['registry:5000/', /a part of its path is empty/],
  ])('%j is refused with the reason', (text, message) => {
    expect(() => parseImageReference(text)).toThrow(InvalidChangeError);
    expect(() => parseImageReference(text)).toThrow(message);
  });

  it('gets docker: before it once; another prefix stays', () => {
    expect(toImageUuid('r:5000/app:1')).toBe('docker:r:5000/app:1');
    expect(toImageUuid('docker:r:5000/app:1')).toBe('docker:r:5000/app:1');
    expect(toImageUuid('sim:app:1')).toBe('sim:app:1');
    expect(() => toImageUuid('docker:')).toThrow(InvalidChangeError);
  });

  it.each([
    ['docker:app:1', 'app:1', true],
    ['app', 'docker:app:latest', true],
    ['app:1', 'docker.io/library/app:1', true],
    ['team/app:1', 'index.docker.io/team/app:1', true],
    [`app:1@${DIGEST}`, `app:2@${DIGEST}`, true],
    ['not an image', 'not an image', true],
    ['app:1', 'app:2', false],
    ['app', 'app:1', false],
    ['app:1', `app:1@${DIGEST}`, false],
    [`app@${DIGEST}`, `other@${DIGEST}`, false],
    ['r:5000/app:1', 'app:1', false],
    ['r:5000/app:1', 'r:5001/app:1', false],
    ['docker:app:1', 'sim:app:1', false],
    ['Not An Image', 'not an image', false],
  ])('%s and %s: the same image is %s', (a, b, same) => {
    expect(sameImage(a, b)).toBe(same);
    expect(sameImage(b, a)).toBe(same);
  });
});
