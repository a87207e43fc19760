/** What the server's front page looks like to a program that did not ask for JSON. */
export const PROXY_PAGE =
  '<!DOCTYPE html>\n<html><head><title>Rancher</title></head><body><div id="app"></div></body></html>\n';

export const NOT_FOUND_PAGE = `<html>
<head>
<meta http-equiv="Content-Type" content="text/html; charset=UTF-8"/>
<title>Error 404 Not Found</title>
</head>
<body><h2>HTTP ERROR 404</h2>
<p>Problem accessing /index.html. Reason:
<pre>    Not Found</pre></p><hr><i><small>Powered by Jetty://</small></i><hr/>

</body>
</html>
`;

/** Rancher answers with HTML whoever looks like a browser and does not name JSON. */
export function wantsHtml(accept: string | undefined, userAgent: string | undefined): boolean {
  if (accept?.includes('application/json') === true) return false;
  if (accept?.includes('text/html') === true) return true;
  return userAgent?.toLowerCase().includes('mozilla') === true && (accept === undefined || accept.includes('*/*'));
}
