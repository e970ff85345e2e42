// An error of ours: a kind and the values that its sentence names.
export class Stop extends Error {
  constructor(kind, values) {
    super(kind);
    this.kind = kind;
    this.values = values;
  }
}
