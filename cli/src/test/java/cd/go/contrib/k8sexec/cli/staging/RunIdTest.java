package cd.go.contrib.k8sexec.cli.staging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunIdTest {

    private static final String RANDOM = "0123456789abcdef0123456789abcdef";
    private static final Origin HERE = Origin.of(
            Optional.of("41fd2a40-7163-4a83-8c27-5be0b2ae6de9\n"),
            Optional.of("0b7d3c0e-9f6c-4d2e-8a39-1c8f5d3e2b10"),
            "pid:[4026531836]");

    @Test
    void it_says_who_owns_the_run() {
        RunId id = RunId.create(HERE, 42, 4711);

        assertEquals(Optional.of(id), RunId.parse(id.text()));
        assertEquals("4026531836", id.origin().pidNamespace());
        assertEquals(42, id.owner());
        assertEquals(4711, id.ownerStartTicks());
    }

    @Test
    void no_two_are_the_same() {
        assertNotEquals(RunId.create(HERE, 1, 1), RunId.create(HERE, 1, 1));
    }

    /** What it does not know, it can neither take for its own nor remove. */
    @Test
    void version_2_0_0_takes_it_for_none_of_its_own() {
        Origin nowhere = Origin.of(Optional.empty(), Optional.of("not an id"), "0");
        for (Origin origin : List.of(HERE, nowhere)) {
            String text = RunId.create(origin, 1, 1).text();

            assertFalse(text.matches("(\\d{1,20})_(\\d{1,10})_(\\d{1,19})_[0-9a-f]{32}"), text);
            assertEquals(Optional.of(origin), RunId.parse(text).map(RunId::origin));
        }
    }

    @Test
    void one_of_version_2_0_0_says_only_the_number_of_its_namespace() {
        RunId old = RunId.parse("4026531836_42_4711_" + RANDOM).orElseThrow();

        assertTrue(old.origin().isOnlyNumber() && !HERE.isOnlyNumber());
        assertTrue(HERE.hasNumberOf(old.origin()));
        assertFalse(HERE.isSameNamespace(old.origin()) || old.origin().isSameNamespace(old.origin()));
    }

    @Test
    void a_namespace_is_one_of_a_boot_or_a_pod() {
        Origin otherPod = new Origin(HERE.boot(), "ab", HERE.pidNamespace());
        Origin otherBoot = new Origin("ab", HERE.pod(), HERE.pidNamespace());
        Origin noBoot = new Origin(Origin.UNKNOWN, HERE.pod(), HERE.pidNamespace());
        Origin otherNumber = new Origin(HERE.boot(), HERE.pod(), "1");

        assertTrue(HERE.isSameNamespace(HERE) && HERE.isSameNamespace(otherPod) && HERE.isSameNamespace(noBoot));
        assertFalse(HERE.isSameNamespace(otherBoot) || HERE.isSameNamespace(otherNumber));
        assertTrue(HERE.isOtherBoot(otherBoot) && !HERE.isOtherBoot(noBoot) && !HERE.isOtherBoot(otherPod));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "a_1_1_00000000000000000000000000000000",
                "1_1_1_0",
                "1_9999999999_1_00000000000000000000000000000000",
                "1_1_9999999999999999999_00000000000000000000000000000000",
                "1_1_1_00000000000000000000000000000000/..",
                "ab_1_1_1_00000000000000000000000000000000",
                "ab_cd_1_1_1_00000000000000000000000000000000_unlocked"
            })
    void a_name_that_is_not_ours_is_none(String name) {
        assertEquals(Optional.empty(), RunId.parse(name));
    }
}
