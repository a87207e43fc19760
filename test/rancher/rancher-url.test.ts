import { InvalidSettingError } from '../../rancher/errors/invalid-setting-error';
import { parseRancherUrl } from '../../rancher/rancher-url';
import { RancherClient } from '../../rancher/rancher-client';

describe('RANCHER_URL', () => {
  it.each([
    ['https://h', 'https://h', '', undefined],
    ['https://h/', 'https://h', '', undefined],
    [' https://h/ ', 'https://h', '', undefined],
    ['http://h:8080', 'http://h:8080', '', undefined],
    ['HTTPS://H.Example/', 'https://h.example', '', undefined],
    ['https://h/v1', 'https://h', '', undefined],
    ['https://h/v1/', 'https://h', '', undefined],
    ['https://h/v2-beta', 'https://h', '', undefined],
    ['https://h/v1/projects/1a5', 'https://h', '', '1a5'],
    ['https://h/v2-beta/projects/1a5', 'https://h', '', '1a5'],
    ['https://h/v2-beta/projects/1a5/', 'https://h', '', '1a5'],
    ['https://h/v2-beta/projects/1a5/schemas', 'https://h', '', '1a5'],
    ['https://h/v2-beta/projects', 'https://h', '', undefined],
    ['https://h/v2-beta/schemas?x=1#y', 'https://h', '', undefined],
    ['https://h/tools/rancher', 'https://h', '/tools/rancher', undefined],
    ['https://h/tools/rancher/', 'https://h', '/tools/rancher', undefined],
    ['https://h/tools/rancher/v2-beta/projects/1a5/schemas', 'https://h', '/tools/rancher', '1a5'],
    ['https://h//v2-beta//projects/1a5', 'https://h', '', '1a5'],
    ['https://h/env/1a5/apps/stacks', 'https://h', '', '1a5'],
    ['https://[::1]:8443/v1', 'https://[::1]:8443', '', undefined],
  ])('understands %s', (url, origin, basePath, projectId) => {
    expect(parseRancherUrl(url)).toMatchObject({ origin, basePath, projectId });
  });

  it.each([
    ['', /must begin with http/],
    ['rancher.example.com', /"rancher.example.com" must begin with http/],
    ['localhost:8080', /must begin with http/],
    ['ftp://h', /must begin with http/],
    ['http://', /is no valid URL/],
    ['https://h:99999', /is no valid URL/],
    ['https://h/v3', /API that Rancher 1.6 does not have/],
  ])('refuses %j with a reason', (url, message) => {
    expect(() => parseRancherUrl(url)).toThrow(InvalidSettingError);
    expect(() => parseRancherUrl(url)).toThrow(message);
  });

  it.each(['https://user:canary@h/v1', 'https://canary@h', 'user:canary@h', 'https://user:can@ary@h'])(
    'refuses a URL with credentials in it, without repeating them',
    (url) => {
      expect(() => parseRancherUrl(url)).toThrow(/credentials do not belong into a URL/);
      expect(() => parseRancherUrl(url)).toThrow(
        expect.objectContaining({ message: expect.not.stringMatching(/can/) as string }) as Error,
      );
    },
  );
});

describe('the settings of the client', () => {
  const good = { url: 'https://h', accessKey: 'canary-a', secretKey: 'canary-s' };

  it('takes the project from the URL', () => {
    expect(new RancherClient({ ...good, url: 'https://h/v1/projects/1a5' }).projectIdFromUrl).toBe('1a5');
    expect(new RancherClient(good).projectIdFromUrl).toBeUndefined();
  });

  it.each([
    [{ accessKey: '' }, /access key for Rancher is missing/],
    [{ secretKey: '  ' }, /secret key for Rancher is missing/],
    [{ secretKey: 'canary\n' }, /white space or a line break/],
    [{ accessKey: 'canary:x' }, /must not hold a colon/],
    [{ requestTimeoutMillis: 0 }, /requestTimeoutMillis must be a whole number/],
    [{ maxBodyBytes: 0.5 }, /maxBodyBytes must be a whole number/],
    [{ userAgent: 'Mozilla/5.0' }, /must not look like a browser/],
    [{ userAgent: 'a\r\nb' }, /plain ASCII/],
    [{ ca: 'canary' }, /holds no PEM certificate/],
    [{ ca: '-----BEGIN CERTIFICATE-----\ncanary\n-----END CERTIFICATE-----' }, /Certificate 1 .* is damaged/],
  ])('refuses %j, showing no key', (options, message) => {
    const attempt = (): unknown => new RancherClient({ ...good, ...options });
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(
      expect.objectContaining({ outcome: 'invalid', message: expect.not.stringMatching(/canary/) as string }) as Error,
    );
  });
});
