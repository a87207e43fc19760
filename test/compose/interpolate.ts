/** What stands between `${` and its `}`: a name, and what is to be done where it is not set (or, with a colon, empty). */
const EXPRESSION = /^([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-?+])([^]*))?$/;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*/;

/**
 * A string of a compose file with its variables put in, as Docker Compose does it: `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`,
 * `${NAME:?message}`, `${NAME?message}`, `${NAME:+instead}`, `${NAME+instead}`; `$$` is a dollar sign.
 *
 * @throws Error where a variable is needed and not set, and where something else follows a dollar sign
 */
export function interpolate(text: string, variables: Readonly<Record<string, string | undefined>>): string {
  let result = '';
  for (let at = 0; at < text.length;) {
    const dollar = text.indexOf('$', at);
    if (dollar < 0) return result + text.slice(at);
    result += text.slice(at, dollar);
    const rest = text.slice(dollar + 1);
    const plain = NAME.exec(rest)?.[0];
    if (rest.startsWith('$')) {
      result += '$';
      at = dollar + 2;
    } else if (plain !== undefined) {
      result += variables[plain] ?? '';
      at = dollar + 1 + plain.length;
    } else if (rest.startsWith('{')) {
      const end = closingBrace(text, dollar + 2);
      result += valueOf(text.slice(dollar + 2, end), variables);
      at = end + 1;
    } else {
      throw new Error(`"$" is followed by neither a name, a brace nor "$": ${text}`);
    }
  }
  return result;
}

function valueOf(expression: string, variables: Readonly<Record<string, string | undefined>>): string {
  const [, name = '', operator = '', word = ''] = EXPRESSION.exec(expression) ?? [];
  if (name === '') throw new Error(`no name of a variable: \${${expression}}`);
  const value = variables[name];
  const isThere = value !== undefined && !(operator.startsWith(':') && value === '');
  switch (operator.at(-1)) {
    case '-':
      return isThere ? value : interpolate(word, variables);
    case '+':
      return isThere ? interpolate(word, variables) : '';
    case '?':
      if (!isThere) throw new Error(`${name} is needed: ${interpolate(word, variables)}`);
      return value;
    default:
      return value ?? '';
  }
}

function closingBrace(text: string, from: number): number {
  for (let at = from, open = 1; at < text.length; at += 1) {
    if (text[at] === '{') open += 1;
    if (text[at] === '}') open -= 1;
    if (open === 0) return at;
  }
  throw new Error(`a brace is not closed: ${text}`);
}
