/**
 * The largest file that a configuration is or refers to: an mm2.properties that lists ten thousand topics by name has half of
 * it. What is larger is another file than was meant, or was made to fill the memory.
 */
export const MAX_FILE_BYTES = 2 * 1024 * 1024;
/** Kafka's own settings, with the aliases of a flow in front, stay below a tenth. */
export const MAX_KEY_LENGTH = 1_000;
/** Also with what its references give. */
export const MAX_VALUE_LENGTH = 1024 * 1024;
export const MAX_REFERENCES = 100;
/** Settings of an mm2.properties. */
export const MAX_KEYS = 20_000;
/** Levels of a YAML file: tidemark.yaml has six, a Kubernetes resource a few more. */
export const MAX_DEPTH = 100;
/** Each two of them may be a flow. */
export const MAX_CLUSTERS = 100;
/** What a YAML file is made of for its parser: names, signs, blanks and line ends. A key with a value takes six. */
export const MAX_YAML_PARTS = 400_000;
/** YAML documents of one file; of Kubernetes resources there may be many. */
export const MAX_YAML_DOCUMENTS = 1_000;
/** How often a part of a YAML file may be repeated by aliases, those inside of it included. */
export const MAX_YAML_ALIASES = 1_000;
/** Faults, and warnings, that are listed individually. */
export const MAX_TOLD = 200;
