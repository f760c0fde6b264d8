/** What Tidemark uses of postject 1.0.0-alpha.6, which has no types of its own. */
declare module 'postject' {
  /** Writes data into an executable, and marks at the sentinel that it has some. */
  export function inject(
    file: string,
    resource: string,
    data: Buffer,
    options: { readonly sentinelFuse: string },
  ): Promise<void>;
}
