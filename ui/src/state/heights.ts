// Heights of many things in a column: measured where they have been seen, estimated elsewhere.
// A Fenwick tree: changing one height and finding a place both cost the logarithm of their number.

export class Heights {
  length = 0;
  #own = new Float64Array(0);
  #sums = new Float64Array(1);
  #known = new Uint8Array(0);
  #estimate: number;

  constructor(length: number, estimate: number) {
    this.#estimate = estimate;
    this.resize(length);
  }

  resize(length: number) {
    if (length === this.length) return;
    const own = new Float64Array(length).fill(this.#estimate);
    const known = new Uint8Array(length);
    const kept = Math.min(length, this.length);
    own.set(this.#own.subarray(0, kept));
    known.set(this.#known.subarray(0, kept));
    this.#own = own;
    this.#known = known;
    this.length = length;
    this.#sums = new Float64Array(length + 1);
    for (let i = 1; i <= length; i++) {
      this.#sums[i] = (this.#sums[i] ?? 0) + (own[i - 1] ?? 0);
      const above = i + (i & -i);
      if (above <= length) this.#sums[above] = (this.#sums[above] ?? 0) + (this.#sums[i] ?? 0);
    }
  }

  get(index: number) {
    return this.#own[index] ?? this.#estimate;
  }

  isKnown(index: number) {
    return this.#known[index] === 1;
  }

  /** Sets a measured height and says by how much it differs from what was thought. */
  set(index: number, height: number, measured = true) {
    if (index < 0 || index >= this.length) return 0;
    const difference = height - this.get(index);
    if (measured) this.#known[index] = 1;
    if (difference === 0) return 0;
    this.#own[index] = height;
    for (let i = index + 1; i <= this.length; i += i & -i) this.#sums[i] = (this.#sums[i] ?? 0) + difference;
    return difference;
  }

  /** Where the thing at `index` begins; for `length`, where all of it ends. */
  offset(index: number) {
    let sum = 0;
    for (let i = Math.min(index, this.length); i > 0; i -= i & -i) sum += this.#sums[i] ?? 0;
    return sum;
  }

  get total() {
    return this.offset(this.length);
  }

  /** The thing that covers a height, the nearest where none does. */
  indexAt(y: number) {
    let index = 0;
    let rest = y;
    for (let step = 2 ** Math.floor(Math.log2(Math.max(1, this.length))); step >= 1; step /= 2) {
      const next = index + step;
      const sum = this.#sums[next];
      if (next <= this.length && sum !== undefined && sum <= rest) {
        index = next;
        rest -= sum;
      }
    }
    return Math.max(0, Math.min(index, this.length - 1));
  }
}
