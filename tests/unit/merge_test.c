/* Three versions become one: what one side changed is taken, what both changed in two ways is marked. */
#include "tests/unit/merged.h"

/* The bodies of the versions' dicts, of the expected one's, and the conflicts in words. */
#define MUST_MERGE(base, ours, theirs, expected, conflicts) \
	must_merge_with(PLIST(D(base)), PLIST(D(ours)), PLIST(D(theirs)), PLIST(D(expected)), conflicts)

/* Without conflicts it is the same from both sides. */
#define MUST_MERGE_WELL(base, ours, theirs, expected) \
	do { \
		MUST_MERGE(base, ours, theirs, expected, ""); \
		MUST_MERGE(base, theirs, ours, expected, ""); \
	} while (0)

/* --- keys ---------------------------------------------------------------------------------------------- */

static void keys_changed_on_one_side_are_taken(void **state)
{
	(void)state;
	MUST_MERGE_WELL(KS("a", "1") KS("b", "1"), KS("a", "2") KS("b", "1"), KS("a", "1") KS("b", "3"),
			KS("a", "2") KS("b", "3"));
	MUST_MERGE_WELL(KS("a", "1"), KS("a", "1"), KS("a", "1") KS("b", "2"), KS("a", "1") KS("b", "2"));
	MUST_MERGE_WELL(KS("a", "1") KS("b", "2"), KS("a", "1") KS("b", "2"), KS("b", "2"), KS("b", "2"));
	MUST_MERGE_WELL(KS("a", "1") KS("b", "2"), KS("a", "1"), KS("b", "2"), "");
	MUST_MERGE_WELL("", KS("a", "1"), KS("b", "2"), KS("a", "1") KS("b", "2"));
}

static void the_same_change_on_both_sides_is_taken_once(void **state)
{
	(void)state;
	MUST_MERGE_WELL(KS("a", "1") KS("b", "1"), KS("a", "2") KS("c", "3"), KS("a", "2") KS("c", "3"),
			KS("a", "2") KS("c", "3"));
}

static void a_type_is_a_part_of_a_value(void **state)
{
	(void)state;
	MUST_MERGE_WELL(KS("a", "1"), K("a", "<integer>1</integer>"), KS("a", "1"), K("a", "<integer>1</integer>"));
	MUST_MERGE(KS("a", "1"), K("a", "<integer>1</integer>"), KS("a", "2"),
		   K("a", "<integer>1</integer>") KS("a.conflict-base", "1") KS("a.conflict-theirs", "2"), "both a, ");
}

static void a_key_changed_on_both_sides_is_a_conflict(void **state)
{
	(void)state;
	MUST_MERGE(KS("a", "1") KS("b", "1"), KS("a", "2") KS("b", "1"), KS("a", "3") KS("b", "4"),
		   KS("a", "2") KS("a.conflict-base", "1") KS("a.conflict-theirs", "3") KS("b", "4"), "both a, ");
}

static void a_key_added_on_both_sides_has_no_base(void **state)
{
	(void)state;
	MUST_MERGE("", KS("a", "2"), KS("a", "3"), KS("a", "2") KS("a.conflict-theirs", "3"), "both a, ");
}

static void a_key_that_one_side_removed_and_the_other_changed_is_a_conflict(void **state)
{
	(void)state;
	MUST_MERGE(KS("a", "1"), "", KS("a", "3"), KS("a.conflict-base", "1") KS("a.conflict-theirs", "3"),
		   "ours-removed a, ");
	MUST_MERGE(KS("a", "1"), KS("a", "2"), "", KS("a", "2") KS("a.conflict-base", "1"), "theirs-removed a, ");
	MUST_MERGE(K("a", D(KS("x", "1"))), "", K("a", D(KS("x", "2"))),
		   K("a.conflict-base", D(KS("x", "1"))) K("a.conflict-theirs", D(KS("x", "2"))),
		   "ours-removed a, ");
}

static void dicts_are_merged_key_by_key(void **state)
{
	(void)state;
	MUST_MERGE_WELL(K("d", D(KS("a", "1") KS("b", "1"))), K("d", D(KS("a", "2") KS("b", "1"))),
			K("d", D(KS("a", "1") KS("b", "2") KS("c", "3"))),
			K("d", D(KS("a", "2") KS("b", "2") KS("c", "3"))));
	MUST_MERGE_WELL("", K("d", D(KS("a", "1"))), K("d", D(KS("b", "1"))), K("d", D(KS("a", "1") KS("b", "1"))));
	MUST_MERGE(K("d", D(KS("a", "1"))), K("d", D(KS("a", "2"))), K("d", D(KS("a", "3"))),
		   K("d", D(KS("a", "2") KS("a.conflict-base", "1") KS("a.conflict-theirs", "3"))), "both a, ");
}

static void a_dict_and_a_scalar_are_a_conflict_of_the_key(void **state)
{
	(void)state;
	MUST_MERGE(KS("a", "1"), K("a", D(KS("x", "1"))), K("a", D(KS("y", "1"))),
		   K("a", D(KS("x", "1"))) KS("a.conflict-base", "1") K("a.conflict-theirs", D(KS("y", "1"))),
		   "both a, ");
	MUST_MERGE(K("a", D("")), K("a", D(KS("x", "1"))), KS("a", "2"),
		   K("a", D(KS("x", "1"))) K("a.conflict-base", D("")) KS("a.conflict-theirs", "2"), "both a, ");
}

static void marks_never_take_the_name_of_a_key(void **state)
{
	(void)state;
	MUST_MERGE(KS("a", "1"), KS("a", "2") KS("a.conflict-base", "x"), KS("a", "3"),
		   KS("a", "2") KS("a.conflict-base", "x") KS("a.conflict-base.2", "1") KS("a.conflict-theirs.2", "3"),
		   "both a, ");
	MUST_MERGE(KS("a", "1") KS("a.conflict-theirs.2", "x"), KS("a", "2") KS("a.conflict-theirs", "y"),
		   KS("a", "3") KS("a.conflict-theirs.2", "x"),
		   KS("a", "2") KS("a.conflict-theirs", "y") KS("a.conflict-base.3", "1")
			   KS("a.conflict-theirs.3", "3"),
		   "both a, ");
}

static void keys_of_any_bytes_can_be_in_conflict(void **state)
{
	(void)state;
	MUST_MERGE(KS("", "1") KS("a/b", "1"), KS("", "2") KS("a/b", "2"), KS("", "3") KS("a/b", "3"),
		   KS("", "2") KS(".conflict-base", "1") KS(".conflict-theirs", "3") KS("a/b", "2")
			   KS("a/b.conflict-base", "1") KS("a/b.conflict-theirs", "3"),
		   "both , both a/b, ");
}

/* --- lists --------------------------------------------------------------------------------------------- */

#define LIST(body) K("l", A(body))
#define LIST_MARKS(base, theirs) K("l.conflict-base", A(base)) K("l.conflict-theirs", A(theirs))

static void elements_added_in_two_places_are_both_there(void **state)
{
	(void)state;
	MUST_MERGE_WELL(LIST(S("a") S("b")), LIST(S("x") S("a") S("b")), LIST(S("a") S("b") S("y")),
			LIST(S("x") S("a") S("b") S("y")));
	MUST_MERGE_WELL(LIST(S("a") S("b") S("c")), LIST(S("b") S("c")), LIST(S("a") S("b") S("x")),
			LIST(S("b") S("x")));
}

static void what_both_add_at_one_place_is_kept_ours_first_each_once(void **state)
{
	(void)state;
	MUST_MERGE(LIST(S("a")), LIST(S("a") S("x") S("z")), LIST(S("a") S("y") S("x")),
		   LIST(S("a") S("x") S("z") S("y")), "");
	MUST_MERGE(LIST(""), LIST(S("x")), LIST(S("y") S("y")), LIST(S("x") S("y")), "");
	MUST_MERGE("", LIST(S("x")), LIST(S("y")), LIST(S("x") S("y")), "");
	MUST_MERGE(LIST(""), LIST("<integer>1</integer>"), LIST(S("1")), LIST("<integer>1</integer>" S("1")), "");
}

static void the_same_change_of_a_list_is_made_once(void **state)
{
	(void)state;
	MUST_MERGE_WELL(LIST(S("a") S("b") S("c")), LIST(S("x") S("b") S("c") S("d")), LIST(S("x") S("b") S("c")),
			LIST(S("x") S("b") S("c") S("d")));
}

static void changes_of_a_list_that_overlap_are_a_conflict_of_its_key(void **state)
{
	(void)state;
	MUST_MERGE(LIST(S("a") S("b")), LIST(S("x") S("b")), LIST(S("y") S("b")),
		   LIST(S("x") S("b")) LIST_MARKS(S("a") S("b"), S("y") S("b")), "both l, ");
	MUST_MERGE(LIST(S("a") S("b")), LIST(S("b")), LIST(S("y") S("b")),
		   LIST(S("b")) LIST_MARKS(S("a") S("b"), S("y") S("b")), "both l, ");
}

static void an_order_of_a_list_that_one_side_changed_is_taken(void **state)
{
	(void)state;
	MUST_MERGE_WELL(LIST(S("a") S("b") S("c")), LIST(S("a") S("b") S("c")), LIST(S("c") S("a") S("b")),
			LIST(S("c") S("a") S("b")));
	MUST_MERGE_WELL(LIST(S("a") S("b") S("c")), LIST(S("a") S("b") S("c") S("d")), LIST(S("b") S("a") S("c")),
			LIST(S("b") S("a") S("c") S("d")));
}

static void what_both_add_in_two_places_is_kept_once_where_ours_has_it(void **state)
{
	(void)state;
	MUST_MERGE(LIST(S("a") S("b")), LIST(S("x") S("a") S("b")), LIST(S("a") S("b") S("x") S("y")),
		   LIST(S("x") S("a") S("b") S("y")), "");
	MUST_MERGE(LIST(S("a") S("b")), LIST(S("a") S("b") S("x") S("y")), LIST(S("x") S("a") S("b")),
		   LIST(S("a") S("b") S("x") S("y")), "");
	/* What a list has more than once may mean something. */
	MUST_MERGE_WELL(LIST(S("x") S("a") S("b")), LIST(S("x") S("x") S("a") S("b")),
			LIST(S("x") S("a") S("b") S("x")), LIST(S("x") S("x") S("a") S("b") S("x")));
}

static void what_one_side_moved_and_the_other_removed_is_gone(void **state)
{
	(void)state;
	MUST_MERGE_WELL(LIST(S("a") S("b") S("c")), LIST(S("b") S("c") S("a")), LIST(S("b") S("c") S("y")),
			LIST(S("b") S("c") S("y")));
}

static void what_both_moved_in_two_ways_is_a_conflict_and_not_there_twice(void **state)
{
	(void)state;
	MUST_MERGE(LIST(S("a") S("b") S("c")), LIST(S("b") S("a") S("c")), LIST(S("b") S("c") S("a")),
		   LIST(S("b") S("a") S("c")) LIST_MARKS(S("a") S("b") S("c"), S("b") S("c") S("a")), "both l, ");
}

/* --- payloads ------------------------------------------------------------------------------------------ */

#define ID(name) KS("PayloadUUID", name) KS("PayloadIdentifier", "id." name) KS("PayloadType", "t")
#define P(name, body) D(ID(name) body)
#define CONTENT(body) K("PayloadContent", A(body))

static void two_edits_in_one_payload_are_merged(void **state)
{
	(void)state;
	MUST_MERGE_WELL(CONTENT(P("1", KS("a", "1") KS("b", "1")) P("2", "")),
			CONTENT(P("1", KS("a", "2") KS("b", "1")) P("2", "")),
			CONTENT(P("1", KS("a", "1") KS("b", "2")) P("2", "")),
			CONTENT(P("1", KS("a", "2") KS("b", "2")) P("2", "")));
}

static void payloads_are_known_wherever_they_are(void **state)
{
	(void)state;
	MUST_MERGE_WELL(CONTENT(P("1", KS("a", "1")) P("2", "") P("3", "")),
			CONTENT(P("3", "") P("1", KS("a", "1")) P("2", "")),
			CONTENT(P("1", KS("a", "2")) P("2", "") P("3", "")),
			CONTENT(P("3", "") P("1", KS("a", "2")) P("2", "")));
}

static void payloads_added_by_both_go_behind_those_that_they_followed_ours_first(void **state)
{
	(void)state;
	MUST_MERGE(CONTENT(P("1", "") P("2", "")), CONTENT(P("1", "") P("x", "") P("2", "")),
		   CONTENT(P("0", "") P("1", "") P("y", "") P("2", "") P("z", "")),
		   CONTENT(P("0", "") P("1", "") P("x", "") P("y", "") P("2", "") P("z", "")), "");
	MUST_MERGE(CONTENT(P("1", "")), CONTENT(P("1", "") P("x", "")), CONTENT(P("1", "") P("y", "") P("z", "")),
		   CONTENT(P("1", "") P("x", "") P("y", "") P("z", "")), "");
}

static void a_payload_that_one_side_removed_goes(void **state)
{
	(void)state;
	MUST_MERGE_WELL(CONTENT(P("1", "") P("2", "") P("3", "")), CONTENT(P("1", "") P("3", "")),
			CONTENT(P("1", KS("a", "1")) P("2", "") P("3", "")), CONTENT(P("1", KS("a", "1")) P("3", "")));
}

static void a_payload_that_both_added_is_merged_as_if_the_base_had_an_empty_one(void **state)
{
	(void)state;
	MUST_MERGE(CONTENT(P("1", "")), CONTENT(P("1", "") P("2", KS("a", "1") KS("c", "1"))),
		   CONTENT(P("1", "") P("2", KS("b", "1") KS("c", "2"))),
		   CONTENT(P("1", "")
				   P("2", KS("a", "1") KS("c", "1") KS("c.conflict-theirs", "2") KS("b", "1"))),
		   "both c, ");
	MUST_MERGE(CONTENT(""), CONTENT(D(KS("PayloadIdentifier", "i") KS("PayloadUUID", "1"))),
		   CONTENT(D(KS("PayloadIdentifier", "i") KS("PayloadUUID", "2"))),
		   CONTENT(D(KS("PayloadIdentifier", "i") KS("PayloadUUID", "1")
				     KS("PayloadUUID.conflict-theirs", "2"))),
		   "both PayloadUUID, ");
}

static void a_payload_that_replaced_another_is_not_there_twice(void **state)
{
	(void)state;
	/* Ours has in place of 1, of the same type, what they added beside it. */
	MUST_MERGE_WELL(CONTENT(P("1", "")), CONTENT(P("2", KS("a", "1"))), CONTENT(P("1", "") P("2", KS("a", "1"))),
			CONTENT(P("2", KS("a", "1"))));
	MUST_MERGE_WELL(CONTENT(P("1", "")), CONTENT(P("2", KS("a", "1"))), CONTENT(P("1", "") P("2", KS("b", "1"))),
			CONTENT(P("2", KS("a", "1") KS("b", "1"))));
	MUST_MERGE_WELL(CONTENT(P("1", "")), CONTENT(P("1", "") P("2", "") P("3", "")),
			CONTENT(P("1", "") P("3", "") P("4", "")),
			CONTENT(P("1", "") P("2", "") P("3", "") P("4", "")));
}

#define OURS_REMOVED \
	KS("removed.conflict-ours", "We removed this, and they changed it. To keep it, remove the marks in it " \
				    "(removed.conflict-ours, removed.conflict-base); else remove all of it.")
#define THEIRS_REMOVED \
	KS("removed.conflict-theirs", "They removed this, and we changed it. To keep it, remove the marks in it " \
				      "(removed.conflict-theirs, removed.conflict-base); else remove all of it.")

static void a_type_alone_tells_a_payload_only_if_there_is_no_other_of_it(void **state)
{
	(void)state;
	MUST_MERGE_WELL(CONTENT(P("1", KS("a", "1") KS("b", "1"))), CONTENT(P("9", KS("a", "1") KS("b", "1"))),
			CONTENT(P("1", KS("a", "1") KS("b", "2"))), CONTENT(P("9", KS("a", "1") KS("b", "2"))));
	MUST_MERGE_WELL(CONTENT(P("1", "") P("2", KS("a", "1"))), CONTENT(P("1", "") P("9", KS("a", "1"))),
			CONTENT(P("1", KS("b", "1")) P("2", KS("a", "1"))),
			CONTENT(P("1", KS("b", "1")) P("9", KS("a", "1"))));
	/* What they added is not changed by what we did to the one that they removed. */
	MUST_MERGE(CONTENT(P("1", "") P("2", KS("a", "1"))), CONTENT(P("1", "") P("2", KS("a", "2"))),
		   CONTENT(P("1", "") P("9", KS("a", "1"))),
		   CONTENT(P("1", "")
				   P("9", KS("a", "1"))
					   P("2", KS("a", "2") THEIRS_REMOVED
							  K("removed.conflict-base", P("2", KS("a", "1"))))),
		   "theirs-removed (element), ");
}

static void a_payload_that_one_side_removed_and_the_other_changed_is_marked(void **state)
{
	(void)state;
	MUST_MERGE(CONTENT(P("1", "") P("2", KS("a", "1")) P("3", "")), CONTENT(P("1", "") P("3", "")),
		   CONTENT(P("1", "") P("2", KS("a", "2")) P("3", "")),
		   CONTENT(P("1", "")
				   P("2", KS("a", "2") OURS_REMOVED K("removed.conflict-base", P("2", KS("a", "1"))))
					   P("3", "")),
		   "ours-removed (element), ");
	MUST_MERGE(CONTENT(P("1", "") P("2", KS("a", "1")) P("3", "")),
		   CONTENT(P("1", "") P("2", KS("a", "2")) P("3", "")), CONTENT(P("1", "") P("3", "")),
		   CONTENT(P("1", "")
				   P("2", KS("a", "2") THEIRS_REMOVED K("removed.conflict-base", P("2", KS("a", "1"))))
					   P("3", "")),
		   "theirs-removed (element), ");
}

static void payloads_ordered_in_two_ways_have_our_order(void **state)
{
	(void)state;
	MUST_MERGE(CONTENT(P("1", "") P("2", "") P("3", "")), CONTENT(P("3", "") P("1", "") P("2", "")),
		   CONTENT(P("2", "") P("1", "") P("3", "")), CONTENT(P("3", "") P("1", "") P("2", "")), "");
}

static void changed_identities_are_changed_keys(void **state)
{
	(void)state;
	MUST_MERGE_WELL(CONTENT(D(KS("PayloadIdentifier", "i") KS("PayloadUUID", "1") KS("a", "1"))),
			CONTENT(D(KS("PayloadIdentifier", "i") KS("PayloadUUID", "2") KS("a", "1"))),
			CONTENT(D(KS("PayloadIdentifier", "i") KS("PayloadUUID", "1") KS("a", "2"))),
			CONTENT(D(KS("PayloadIdentifier", "i") KS("PayloadUUID", "2") KS("a", "2"))));
	MUST_MERGE(CONTENT(D(KS("PayloadIdentifier", "i") KS("PayloadUUID", "1"))),
		   CONTENT(D(KS("PayloadIdentifier", "i") KS("PayloadUUID", "2"))),
		   CONTENT(D(KS("PayloadIdentifier", "i") KS("PayloadUUID", "3"))),
		   CONTENT(D(KS("PayloadIdentifier", "i") KS("PayloadUUID", "2") KS("PayloadUUID.conflict-base", "1")
				     KS("PayloadUUID.conflict-theirs", "3"))),
		   "both PayloadUUID, ");
}

/* --- other arrays -------------------------------------------------------------------------------------- */

#define RULES(body) K("r", A(body))
#define RULES_MARKS(base, theirs) K("r.conflict-base", A(base)) K("r.conflict-theirs", A(theirs))

static void dicts_without_identity_are_merged_by_their_place(void **state)
{
	(void)state;
	MUST_MERGE_WELL(RULES(D(KS("a", "1") KS("b", "1")) D(KS("c", "1"))),
			RULES(D(KS("a", "2") KS("b", "1")) D(KS("c", "1"))),
			RULES(D(KS("a", "1") KS("b", "2")) D(KS("c", "1"))),
			RULES(D(KS("a", "2") KS("b", "2")) D(KS("c", "1"))));
	MUST_MERGE(RULES(D(KS("a", "1"))), RULES(D(KS("a", "2"))), RULES(D(KS("a", "3"))),
		   RULES(D(KS("a", "2") KS("a.conflict-base", "1") KS("a.conflict-theirs", "3"))), "both a, ");
}

#define RULE(name, keys) D(KS("n", name) KS("k", "1") keys)
#define CHANGED		 KS("x", "2")

static void an_edit_never_goes_into_an_element_that_came_in_the_place_of_another(void **state)
{
	(void)state;
	/* One before it, and it is changed, too. */
	MUST_MERGE_WELL(RULES(RULE("1", "")), RULES(RULE("0", "") RULE("1", KS("y", "1"))), RULES(RULE("1", CHANGED)),
			RULES(RULE("0", "") RULE("1", KS("y", "1") CHANGED)));
	/* The other one is gone, and this changed. */
	MUST_MERGE(RULES(RULE("1", "") RULE("2", "")), RULES(RULE("2", KS("y", "1"))),
		   RULES(RULE("1", CHANGED) RULE("2", "")),
		   RULES(RULE("1", CHANGED OURS_REMOVED K("removed.conflict-base", RULE("1", "")))
				 RULE("2", KS("y", "1"))),
		   "ours-removed (element), ");
	/* As many, and not the same ones. */
	MUST_MERGE_WELL(RULES(RULE("1", "") RULE("2", "")), RULES(RULE("2", KS("y", "1")) RULE("3", "")),
			RULES(RULE("1", "") RULE("2", CHANGED)), RULES(RULE("2", KS("y", "1") CHANGED) RULE("3", "")));
	/* As many, and perhaps another one. */
	MUST_MERGE(RULES(RULE("1", "")), RULES(D(KS("n", "2") KS("z", "1"))), RULES(RULE("1", CHANGED)),
		   RULES(D(KS("n", "2") KS("z", "1"))) K("r.conflict-base", A(RULE("1", "")))
			   K("r.conflict-theirs", A(RULE("1", CHANGED))), "both r, ");
	/* The one that there is, with all that it has changed. */
	MUST_MERGE_WELL(RULES(D(KS("n", "1") K("d", D(KS("a", "1") KS("b", "1"))))),
			RULES(D(KS("n", "2") K("d", D(KS("a", "2") KS("b", "1"))))),
			RULES(D(KS("n", "1") K("d", D(KS("a", "1") KS("b", "2"))))),
			RULES(D(KS("n", "2") K("d", D(KS("a", "2") KS("b", "2"))))));
	/* Nobody knows which of two. */
	MUST_MERGE(RULES(D(KS("n", "1"))), RULES(D(KS("n", "2")) D(KS("n", "3"))), RULES(D(KS("n", "1") CHANGED)),
		   RULES(D(KS("n", "2")) D(KS("n", "3"))
				 D(KS("n", "1") CHANGED OURS_REMOVED K("removed.conflict-base", D(KS("n", "1"))))),
		   "ours-removed (element), ");
}

static void an_order_that_one_side_changed_is_taken(void **state)
{
	(void)state;
	MUST_MERGE_WELL(RULES(D(KS("a", "1")) D(KS("b", "1")) D(KS("c", "1"))),
			RULES(D(KS("c", "1")) D(KS("a", "1")) D(KS("b", "1"))),
			RULES(D(KS("a", "1")) D(KS("b", "1")) D(KS("c", "1")) D(KS("d", "1"))),
			RULES(D(KS("c", "1")) D(KS("d", "1")) D(KS("a", "1")) D(KS("b", "1"))));
}

static void an_order_changed_in_two_ways_is_a_conflict_of_the_key(void **state)
{
	(void)state;
	MUST_MERGE(RULES(D(KS("a", "1")) D(KS("b", "1")) D(KS("c", "1"))),
		   RULES(D(KS("c", "1")) D(KS("a", "1")) D(KS("b", "1"))),
		   RULES(D(KS("b", "1")) D(KS("a", "1")) D(KS("c", "1"))),
		   RULES(D(KS("c", "1")) D(KS("a", "1")) D(KS("b", "1")))
			   RULES_MARKS(D(KS("a", "1")) D(KS("b", "1")) D(KS("c", "1")),
				       D(KS("b", "1")) D(KS("a", "1")) D(KS("c", "1"))),
		   "both r, ");
}

static void a_conflict_in_an_array_of_arrays_is_one_of_the_nearest_key(void **state)
{
	(void)state;
	MUST_MERGE_WELL(RULES(A(S("a")) A(S("b"))), RULES(A(S("x")) A(S("b"))), RULES(A(S("a")) A(S("b") S("y"))),
			RULES(A(S("x")) A(S("b") S("y"))));
	MUST_MERGE(RULES(A(S("a"))), RULES(A(S("x"))), RULES(A(S("y"))),
		   RULES(A(S("x"))) RULES_MARKS(A(S("a")), A(S("y"))), "both r, ");
	MUST_MERGE(RULES(A(D(K("in", A(A(S("a"))))))), RULES(A(D(K("in", A(A(S("x"))))))),
		   RULES(A(D(K("in", A(A(S("y"))))))),
		   RULES(A(D(K("in", A(A(S("x")))) K("in.conflict-base", A(A(S("a"))))
				     K("in.conflict-theirs", A(A(S("y"))))))),
		   "both in, ");
}

static void conflicts_below_one_that_climbs_are_forgotten(void **state)
{
	(void)state;
	/* The dict alone would be a conflict of `a`; the array beside it makes it one of `r`. */
	MUST_MERGE(RULES(D(KS("a", "1")) A(S("1"))), RULES(D(KS("a", "2")) A(S("2"))),
		   RULES(D(KS("a", "3")) A(S("3"))),
		   RULES(D(KS("a", "2")) A(S("2")))
			   RULES_MARKS(D(KS("a", "1")) A(S("1")), D(KS("a", "3")) A(S("3"))),
		   "both r, ");
}

static void scalars_beside_dicts_are_kept_each_once(void **state)
{
	(void)state;
	MUST_MERGE_WELL(RULES(D(KS("a", "1")) S("x")), RULES(D(KS("a", "2")) S("x") S("y")),
			RULES(D(KS("a", "1")) S("y")), RULES(D(KS("a", "2")) S("y")));
}

/* --- the document -------------------------------------------------------------------------------------- */

static void must_write(const char *base, const char *ours, const char *theirs, const char *expected)
{
	BUF_AUTO written = BUF_INIT;
	struct merged merged;

	make_merged(&merged, base, ours, theirs);
	write_plist(&merged.doc, &written);
	assert_string_equal(buf_text(&written), expected);
	merged_free(&merged);
}

static const char COMMENTED[] = PLIST("<dict>\n"
				      "\t<!-- one --><key>a</key><string><![CDATA[1]]></string>\n"
				      "\t<key>b</key> <!-- two -->\n"
				      "\t<integer> 2 </integer>\n"
				      "\t<!-- three -->\n"
				      "\t<key>c</key><array><true></true></array>\n"
				      "</dict>");

static void our_comments_and_layout_stay(void **state)
{
	(void)state;
	must_write(PLIST("<dict><key>a</key><string>1</string><key>b</key><integer>2</integer>"
			 "<key>c</key><array><true/></array></dict>"),
		   COMMENTED,
		   PLIST("<dict><key>c</key><array><true/></array><key>b</key><integer>3</integer>"
			 "<key>b2</key><true/><key>a</key><string>1</string></dict>"),
		   PLIST("<dict>\n"
			 "\t<!-- one --><key>a</key><string><![CDATA[1]]></string>\n"
			 "\t<key>b</key> <!-- two -->\n"
			 "\t<integer>3</integer>\n"
			 "\t<key>b2</key>\n"
			 "\t<true/>\n"
			 "\t<!-- three -->\n"
			 "\t<key>c</key><array><true></true></array>\n"
			 "</dict>"));
}

static void marks_stand_behind_the_key(void **state)
{
	(void)state;
	must_write(PLIST("<dict>\n\t<key>a</key>\n\t<string>1</string>\n\t<key>b</key>\n\t<true/>\n</dict>"),
		   PLIST("<dict>\n\t<key>a</key>\n\t<string>2</string>\n\t<key>b</key>\n\t<true/>\n</dict>"),
		   PLIST("<dict>\n\t<key>a</key>\n\t<string>3</string>\n\t<key>b</key>\n\t<true/>\n</dict>"),
		   PLIST("<dict>\n\t<key>a</key>\n\t<string>2</string>\n\t<key>a.conflict-base</key>\n"
			 "\t<string>1</string>\n\t<key>a.conflict-theirs</key>\n\t<string>3</string>\n"
			 "\t<key>b</key>\n\t<true/>\n</dict>"));
}

static void nothing_of_theirs_touches_nothing(void **state)
{
	static const char OTHER[] = PLIST("<dict><key>c</key><array/></dict>");
	struct merged merged;

	(void)state;
	make_merged(&merged, OTHER, COMMENTED, OTHER);
	assert_false(node_differs(merged.doc.root));
	merged_free(&merged);
	make_merged(&merged, OTHER, COMMENTED, COMMENTED);
	assert_false(node_differs(merged.doc.root));
	assert_int_equal(merged.count, 0);
	merged_free(&merged);
}

/* --- names of marks ------------------------------------------------------------------------------------ */

static void names_of_marks_are_known(void **state)
{
	static const struct {
		const char *key;
		enum merge_mark mark;
		size_t of;
	} NAMES[] = {
		{ "a.conflict-base", MERGE_MARK_BASE, 1 },
		{ "a.conflict-theirs", MERGE_MARK_THEIRS, 1 },
		{ "a.b.conflict-theirs.2", MERGE_MARK_THEIRS, 3 },
		{ ".conflict-base.17", MERGE_MARK_BASE, 0 },
		{ ".conflict-base", MERGE_MARK_BASE, 0 },
		{ "removed.conflict-ours", MERGE_MARK_REMOVED, 7 },
		{ "removed.conflict-theirs.3", MERGE_MARK_REMOVED, 7 },
		{ "removed.conflict-base", MERGE_MARK_BASE, 7 },
		{ "a.conflict-ours", MERGE_MARK_NONE, 0 },
		{ "a.conflict-base.1", MERGE_MARK_NONE, 0 },
		{ "a.conflict-base.02", MERGE_MARK_NONE, 0 },
		{ "a.conflict-base.", MERGE_MARK_NONE, 0 },
		{ "conflict-base", MERGE_MARK_NONE, 0 },
		{ "a.conflict-bases", MERGE_MARK_NONE, 0 },
		{ "", MERGE_MARK_NONE, 0 },
		{ "17", MERGE_MARK_NONE, 0 },
		{ ".2", MERGE_MARK_NONE, 0 },
	};
	size_t of;

	(void)state;
	for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
		if (merge_mark_of(NAMES[i].key, strlen(NAMES[i].key), &of) != NAMES[i].mark)
			fail_msg("%s is taken for another kind of mark", NAMES[i].key);
		assert_true(NAMES[i].mark == MERGE_MARK_NONE || of == NAMES[i].of);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_changed_on_one_side_are_taken),
		cmocka_unit_test(the_same_change_on_both_sides_is_taken_once),
		cmocka_unit_test(a_type_is_a_part_of_a_value),
		cmocka_unit_test(a_key_changed_on_both_sides_is_a_conflict),
		cmocka_unit_test(a_key_added_on_both_sides_has_no_base),
		cmocka_unit_test(a_key_that_one_side_removed_and_the_other_changed_is_a_conflict),
		cmocka_unit_test(dicts_are_merged_key_by_key),
		cmocka_unit_test(a_dict_and_a_scalar_are_a_conflict_of_the_key),
		cmocka_unit_test(marks_never_take_the_name_of_a_key),
		cmocka_unit_test(keys_of_any_bytes_can_be_in_conflict),
		cmocka_unit_test(elements_added_in_two_places_are_both_there),
		cmocka_unit_test(what_both_add_at_one_place_is_kept_ours_first_each_once),
		cmocka_unit_test(the_same_change_of_a_list_is_made_once),
		cmocka_unit_test(changes_of_a_list_that_overlap_are_a_conflict_of_its_key),
		cmocka_unit_test(an_order_of_a_list_that_one_side_changed_is_taken),
		cmocka_unit_test(what_both_add_in_two_places_is_kept_once_where_ours_has_it),
		cmocka_unit_test(what_one_side_moved_and_the_other_removed_is_gone),
		cmocka_unit_test(what_both_moved_in_two_ways_is_a_conflict_and_not_there_twice),
		cmocka_unit_test(two_edits_in_one_payload_are_merged),
		cmocka_unit_test(payloads_are_known_wherever_they_are),
		cmocka_unit_test(payloads_added_by_both_go_behind_those_that_they_followed_ours_first),
		cmocka_unit_test(a_payload_that_one_side_removed_goes),
		cmocka_unit_test(a_payload_that_both_added_is_merged_as_if_the_base_had_an_empty_one),
		cmocka_unit_test(a_payload_that_replaced_another_is_not_there_twice),
		cmocka_unit_test(a_type_alone_tells_a_payload_only_if_there_is_no_other_of_it),
		cmocka_unit_test(a_payload_that_one_side_removed_and_the_other_changed_is_marked),
		cmocka_unit_test(payloads_ordered_in_two_ways_have_our_order),
		cmocka_unit_test(changed_identities_are_changed_keys),
		cmocka_unit_test(dicts_without_identity_are_merged_by_their_place),
		cmocka_unit_test(an_edit_never_goes_into_an_element_that_came_in_the_place_of_another),
		cmocka_unit_test(an_order_that_one_side_changed_is_taken),
		cmocka_unit_test(an_order_changed_in_two_ways_is_a_conflict_of_the_key),
		cmocka_unit_test(a_conflict_in_an_array_of_arrays_is_one_of_the_nearest_key),
		cmocka_unit_test(conflicts_below_one_that_climbs_are_forgotten),
		cmocka_unit_test(scalars_beside_dicts_are_kept_each_once),
		cmocka_unit_test(our_comments_and_layout_stay),
		cmocka_unit_test(marks_stand_behind_the_key),
		cmocka_unit_test(nothing_of_theirs_touches_nothing),
		cmocka_unit_test(names_of_marks_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
