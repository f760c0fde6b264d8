/**
 * Limit for a configuration file and for each file that it names. An mm2.properties that lists ten thousand topics by
 * name takes half of it. A larger file is the wrong file, or an attempt to fill the memory.
 */
export const MAX_FILE_BYTES = 2 * 1024 * 1024;
/** Kafka's own settings, prefixed with the aliases of a flow, stay below a tenth. */
export const MAX_KEY_LENGTH = 1_000;
/** Includes what the value's references expand to. */
export const MAX_VALUE_LENGTH = 1024 * 1024;
export const MAX_REFERENCES = 100;
/** Settings in an mm2.properties. */
export const MAX_KEYS = 20_000;
/** Levels of a YAML file: tidemark.yaml has six, a Kubernetes resource a few more. */
export const MAX_DEPTH = 100;
/** Any two clusters may form a flow. */
export const MAX_CLUSTERS = 100;
/** The parts that a YAML parser sees: names, punctuation, blanks and line ends. A key with a value takes six. */
export const MAX_YAML_PARTS = 400_000;
/** YAML documents in one file. A file may hold many Kubernetes resources. */
export const MAX_YAML_DOCUMENTS = 1_000;
/** How often aliases may repeat a part of a YAML file, counting the aliases inside it. */
export const MAX_YAML_ALIASES = 1_000;
/** Faults that are listed individually; the same limit applies to warnings. */
export const MAX_TOLD = 200;
