/** Why a Java store cannot be used. Holds nothing of its content, and no password. */
export class StoreError extends Error {
  readonly kind: 'damaged' | 'wrong-password' | 'password-missing' | 'unsupported' | 'no-key';

  constructor(kind: StoreError['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}
