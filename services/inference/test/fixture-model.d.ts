/** Bytes of a committed test model; `test/fixtures/make-models.py` says what each one does. */
export declare function fixtureModel(name: string): Buffer;
