import type { Family } from './exposition';
import { parseExposition, valueOf } from './exposition';

type Labels = Readonly<Record<string, string>>;

/** A page of metrics, as it was when it was read. */
export class Page {
  private constructor(readonly families: ReadonlyMap<string, Family>) {}

  /** @throws Error where it is no page that Prometheus would read without loss */
  static async read(address: string): Promise<Page> {
    const response = await fetch(`http://${address}/metrics`);
    const type = response.headers.get('content-type') ?? '';
    if (response.status !== 200 || !type.startsWith('text/plain; version=0.0.4'))
      throw new Error(`no page of metrics: ${response.status}, ${type}`);
    return new Page(parseExposition(await response.text()));
  }

  /** The sum of all samples with these labels; of a histogram by `NAME_count` or `NAME_sum`. 0 where there are none. */
  value(name: string, labels: Labels = {}): number {
    return valueOf(this.families, name, labels);
  }

  /** By how much it moved since an earlier page. */
  since(before: Page, name: string, labels: Labels = {}): number {
    return this.value(name, labels) - before.value(name, labels);
  }

  /** All values that a label has on a metric. */
  valuesOf(name: string, label: string): string[] {
    const values = this.families.get(name)?.samples.flatMap(({ labels }) => labels[label] ?? []) ?? [];
    return [...new Set(values)].sort();
  }
}
