// Settings that the command line itself obeys: copies of what control has in force.
#include "cli/main/chore.h"
#include "crypto/wire/names.h"

#include <stdio.h>
#include <stdlib.h>

// --- by name -----------------------------------------------------------------------------------

static struct shell_entry *entry_find(const struct shell_list *list, struct span key)
{
	for (uint32_t i = 0; i < list->count; i++)
		if (span_is(key, list->entries[i].key))
			return &list->entries[i];
	return NULL;
}

const struct blob *shell_entry(const struct shell_list *list, struct span key)
{
	const struct shell_entry *e = entry_find(list, key);

	return e != NULL ? &e->text : NULL;
}

// A login names its domain after the last `@`; what is set for the user holds with it too, or the
// longer name would be a way around it.
const struct blob *shell_user_entry(const struct shell_list *list, struct span user)
{
	const struct blob *text = shell_entry(list, user);
	const uint8_t *at = user.len > 0 ? memrchr(user.data, '@', user.len) : NULL;

	if (text != NULL || at == NULL)
		return text;
	return shell_entry(list, span_of(user.data, (size_t)(at - user.data)));
}

static void entry_set(struct shell_list *list, struct span key, struct span text)
{
	struct shell_entry *e = entry_find(list, key), *grown;

	if (e != NULL) {
		blob_fini(&e->text);
		e->text = blob_copy(text);
		return;
	}
	grown = realloc(list->entries, (list->count + 1) * sizeof(*grown));
	if (grown == NULL)
		return;
	list->entries = grown;
	e = &grown[list->count];
	*e = (struct shell_entry){strndup((const char *)key.data, key.len), blob_copy(text)};
	if (e->key != NULL)
		list->count++;
	else
		blob_fini(&e->text);
}

static void entry_drop(struct shell_list *list, struct span key)
{
	struct shell_entry *e = entry_find(list, key);

	if (e == NULL)
		return;
	free(e->key);
	blob_fini(&e->text);
	*e = list->entries[--list->count];
}

static void list_fini(struct shell_list *list)
{
	while (list->count > 0)
		entry_drop(list, span_text(list->entries[0].key));
	free(list->entries);
	*list = (struct shell_list){0};
}

static struct shell_list *list_of(struct shell *shell, uint8_t class)
{
	return class == API_CLASS_ALIAS    ? &shell->aliases
	       : class == API_CLASS_BANNER ? &shell->banners
	                                   : NULL;
}

// --- one by one --------------------------------------------------------------------------------

static void text_set(char **place, struct span text)
{
	free(*place);
	*place = strndup(text.len > 0 ? (const char *)text.data : "", text.len);
}

static void value_set(struct shell *shell, const struct api_value *v)
{
	api_clock_field(&shell->clock, v->field, v->number, v->text);
	switch (v->field) {
	case API_SYSTEM_NAME:
		snprintf(shell->sysname, sizeof(shell->sysname), "%.*s", (int)v->text.len,
		         (const char *)v->text.data);
		break;
	case API_SYSTEM_VENDOR:
		snprintf(shell->vendor, sizeof(shell->vendor), "%.*s", (int)v->text.len,
		         (const char *)v->text.data);
		break;
	case API_VTY_IDLE_SECONDS:
		shell->idle_seconds = v->number;
		break;
	case API_SSH_SERVER_SFTP_IDLE_MINUTES:
		shell->sftp_idle_seconds = 60 * v->number;
		break;
	case API_VTY_SCREEN_LENGTH:
		shell->screen_length = v->number;
		break;
	case API_VTY_HISTORY:
		shell->history = v->number;
		break;
	case API_LOG_CENTER_STAMP:
		shell->log_stamp = (uint8_t)v->number;
		break;
	case API_LOG_CENTER_NO_SYNC:
		shell->log_unsynchronous = v->number != 0;
		break;
	case API_VTY_ESCAPE:
		shell->escape_key = (uint8_t)v->number;
		break;
	case API_VTY_ACTIVATE:
		shell->activation_key = (uint8_t)v->number;
		break;
	case API_VTY_VT100:
		shell->vt100 = v->number != 0;
		break;
	case API_VTY_AUTO:
		text_set(&shell->auto_execute, v->text);
		break;
	case API_PASSWORD_CONTROL_ENABLE:
		shell->password.enable = v->number != 0;
		break;
	case API_PASSWORD_CONTROL_LENGTH:
		shell->password.length = v->number;
		break;
	case API_PASSWORD_CONTROL_TYPES:
		shell->password.types = v->number;
		break;
	case API_PASSWORD_CONTROL_TYPE_LENGTH:
		shell->password.type_length = v->number;
		break;
	case API_ARCHIVE_MINUTES:
		if (shell->archive_minutes != v->number)
			chore_set(shell, CHORE_ARCHIVE,
			          v->number > 0 ? shell->now_us + v->number * 60000000ull : 0);
		shell->archive_minutes = v->number;
		break;
	case API_SHELL_COPYRIGHT:
		shell->no_copyright = v->number == 0;
		break;
	case API_SHELL_HOTKEY_G:
	case API_SHELL_HOTKEY_L:
	case API_SHELL_HOTKEY_O:
	case API_SHELL_HOTKEY_T:
	case API_SHELL_HOTKEY_U:
		text_set(&shell->hotkeys[v->field - API_SHELL_HOTKEY_G], v->text);
		break;
	}
}

static void quota_set(struct shell_list *list, const struct api_record *record, uint8_t field)
{
	const struct api_value *v = api_record_find(record, field);
	char digits[16];

	if (v == NULL)
		return;
	snprintf(digits, sizeof(digits), "%u", v->number);
	if (v->number > 0)
		entry_set(list, record->key, span_text(digits));
	else
		entry_drop(list, record->key);
}

static uint64_t quota_number(const struct shell_list *list, struct span user)
{
	const struct blob *digits = shell_user_entry(list, user);

	return digits != NULL ? strtoull((const char *)digits->data, NULL, 10) : 0;
}

struct quota_limits shell_quota(const struct shell *shell, struct span user)
{
	return (struct quota_limits){quota_number(&shell->quota_sizes, user) << 20,
	                             quota_number(&shell->quota_files, user)};
}

static void text_entry_set(struct shell_list *list, const struct api_record *record,
                           uint8_t field)
{
	const struct api_value *v = api_record_find(record, field);

	if (v != NULL && v->text.len > 0)
		entry_set(list, record->key, v->text);
	else if (v != NULL)
		entry_drop(list, record->key);
}

const struct blob *shell_directory(const struct shell *shell, struct span user)
{
	const struct blob *place = shell_user_entry(&shell->ssh_directories, user);

	return place != NULL ? place : shell_user_entry(&shell->work_directories, user);
}

// What SFTP and SCP want to know of a user.
static void user_set(struct shell *shell, const struct api_record *record)
{
	text_entry_set(&shell->work_directories, record, API_LOCAL_USER_WORK_DIRECTORY);
	quota_set(&shell->quota_sizes, record, API_LOCAL_USER_QUOTA_SIZE);
	quota_set(&shell->quota_files, record, API_LOCAL_USER_QUOTA_FILES);
}

static void ssh_user_set(struct shell *shell, const struct api_record *record)
{
	text_entry_set(&shell->ssh_directories, record, API_SSH_USER_WORK_DIRECTORY);
	text_entry_set(&shell->guest_commands, record, API_SSH_USER_EXEC);
}

// --- roles -------------------------------------------------------------------------------------

// "NAME,NUMBER"
static struct span rule_key(struct span key, uint16_t *number)
{
	struct span role = span_of(NULL, 0), digits = span_of(NULL, 0);

	*number = 0;
	if (names_next(&key, &role) && names_next(&key, &digits))
		for (size_t i = 0; i < digits.len; i++)
			*number = (uint16_t)(*number * 10 + (digits.data[i] - '0'));
	return role;
}

static void rule_set(struct shell *shell, const struct api_record *record)
{
	const struct api_value *permit = api_record_find(record, API_ROLE_RULE_PERMIT),
	                       *access = api_record_find(record, API_ROLE_RULE_ACCESS),
	                       *text = api_record_find(record, API_ROLE_RULE_TEXT);
	struct role_rule rule = {0};
	struct role *role = role_add(&shell->roles, rule_key(record->key, &rule.number));

	if (role == NULL || permit == NULL || access == NULL || text == NULL)
		return;
	rule.permit = permit->number != 0;
	rule.access = (uint8_t)access->number;
	snprintf(rule.text, sizeof(rule.text), "%.*s", (int)text->text.len,
	         (const char *)text->text.data);
	(void)role_rule_put(role, &rule);
}

static bool role_setting(struct shell *shell, const struct api_record *record)
{
	if (record->class == API_CLASS_ROLE)
		(void)role_add(&shell->roles, record->key);
	if (record->class == API_CLASS_ROLE_RULE)
		rule_set(shell, record);
	return record->class == API_CLASS_ROLE || record->class == API_CLASS_ROLE_RULE;
}

static void role_forget(struct shell *shell, uint8_t class, struct span key)
{
	uint16_t number;
	struct role *role;

	if (class == API_CLASS_ROLE)
		role_drop(&shell->roles, key);
	if (class != API_CLASS_ROLE_RULE)
		return;
	role = role_find(&shell->roles, rule_key(key, &number));
	if (role != NULL)
		role_rule_drop(role, number);
}

void shell_setting(struct shell *shell, const struct api_record *record)
{
	struct shell_list *list = list_of(shell, record->class);

	if (role_setting(shell, record))
		return;
	if (record->class == API_CLASS_LOCAL_USER)
		user_set(shell, record);
	if (record->class == API_CLASS_SSH_USER)
		ssh_user_set(shell, record);
	for (uint32_t i = 0; i < record->count; i++) {
		if (list != NULL)
			entry_set(list, record->key, record->values[i].text);
		else
			value_set(shell, &record->values[i]);
	}
}

void shell_lists_clear(struct shell *shell)
{
	list_fini(&shell->aliases);
	list_fini(&shell->banners);
	list_fini(&shell->work_directories);
	list_fini(&shell->ssh_directories);
	list_fini(&shell->guest_commands);
	list_fini(&shell->quota_sizes);
	list_fini(&shell->quota_files);
	role_list_fini(&shell->roles);
}

void shell_forget(struct shell *shell, uint8_t class, struct span key)
{
	struct shell_list *list = list_of(shell, class);

	if (list != NULL)
		entry_drop(list, key);
	if (class == API_CLASS_SSH_USER) {
		entry_drop(&shell->ssh_directories, key);
		entry_drop(&shell->guest_commands, key);
	}
	if (class == API_CLASS_LOCAL_USER) {
		entry_drop(&shell->work_directories, key);
		entry_drop(&shell->quota_sizes, key);
		entry_drop(&shell->quota_files, key);
	}
	role_forget(shell, class, key);
}

const char *shell_hotkey(const struct shell *shell, enum hotkey key)
{
	const char *text = shell->hotkeys[key];

	return text != NULL ? text : api_field_row((uint8_t)(API_SHELL_HOTKEY_G + key))->text;
}

void shell_settings_fini(struct shell *shell)
{
	shell_lists_clear(shell);
	free(shell->auto_execute);
	shell->auto_execute = NULL;
	for (int i = 0; i < HOTKEYS; i++) {
		free(shell->hotkeys[i]);
		shell->hotkeys[i] = NULL;
	}
}
