// Who gets to use an algorithm. Plain look-ups and the names offered by default know the first tier
// alone; the others are found only through a list of names that the configuration made.
#pragma once

enum tier {
	TIER_DEFAULT,  // offered
	TIER_OPTIONAL, // sound, but costs or gains too little to be offered unasked
	TIER_LEGACY,   // weak: for equipment of another age, with a warning in the log
};
