/*
 * A command: its name, its help, and the function that runs it. One file each; main.c has the table.
 */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

struct option;

struct command {
	const char *name;
	const char *summary; /* for the list of commands: how it is called */
	const char *help;
	const struct option *options; /* the long ones, as getopt_long(3) has them */
	const char *const *formats; /* what --format can be if not what a mount's can, ends with NULL; or NULL */
	const char *const *rules; /* the only ones that -E, -W and -O take, ends with NULL; NULL: all */
	int (*run)(int argc, char **argv); /* argv[0] is the command's name; returns the exit status */
};

extern const struct command command_mount;
extern const struct command command_umount;
extern const struct command command_exec;
extern const struct command command_cat;
extern const struct command command_check;
extern const struct command command_schema;
extern const struct command command_new;
extern const struct command command_verify;
extern const struct command command_sign;
extern const struct command command_encrypt;
extern const struct command command_decrypt;
extern const struct command command_explode;
extern const struct command command_implode;
extern const struct command command_diff;
extern const struct command command_merge;
extern const struct command command_edit;
extern const struct command command_recover;
extern const struct command command_git_setup;

/* Says what getopt_long(3) did not like (`found` is ':' or '?'), and which long option is near. Returns the exit
 * status, 2. The list of short options must begin with a colon, and opterr be 0. */
int command_bad_option(const struct command *command, int found, char **argv);

#endif
