// User ids of the appliance's processes: plain numbers without passwd entries, one a process, so
// that none can touch another. The group has the same number.
#pragma once

#define ACCOUNT_CONTROL   64101
#define ACCOUNT_KEEPER    64102
#define ACCOUNT_CLI       64103
#define ACCOUNT_DATAPLANE 64104 // it starts as root and drops itself once its ports are open
