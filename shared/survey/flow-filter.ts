/** What of a flow an audit is limited to, by name; everything where a test is absent. */
export interface FlowFilter {
  readonly flow?: (name: string) => boolean;
  /** Consumer groups. */
  readonly group?: (name: string) => boolean;
  /** Source topics. */
  readonly topic?: (name: string) => boolean;
}
